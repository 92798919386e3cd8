//! Uploads: cut, resumed, refused.

use std::io::Write as _;
use std::net::TcpStream;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use seal::Digest;
use serde_json::{Value, json};

use crate::laptop::Laptop;
use crate::running::Server;

async fn offset(laptop: &Laptop, server: &Server, location: &str) -> u64 {
    let response = laptop.tus(server, Method::HEAD, location).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    response.headers()["upload-offset"].to_str().unwrap().parse().unwrap()
}

async fn location(laptop: &Laptop, server: &Server, bytes: &[u8]) -> String {
    let created = laptop.create(server, bytes).await;
    assert_eq!(created.status(), StatusCode::CREATED);
    created.headers()["location"].to_str().unwrap().to_owned()
}

async fn code(response: reqwest::Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    (status, body["code"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_cut_upload_goes_on_at_the_stored_byte() {
    let server = Server::start().await;
    let mut laptop = Laptop::ready(&server, "qinghe").await;
    let sealed = laptop.make_visit(&server);
    let original = &sealed.blobs[0];
    assert_eq!(
        code(laptop.create(&server, original).await).await,
        (403, "blob_not_named".into()),
        "entries come first"
    );
    laptop.sync(&server).await;
    let place = location(&laptop, &server, original).await;
    assert_eq!(location(&laptop, &server, original).await, place, "one upload a blob");

    // The connection dies in the middle of a PATCH.
    let mut wire = TcpStream::connect(server.address()).unwrap();
    let head = format!(
        "PATCH {place} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n\
         Content-Type: application/offset+octet-stream\r\nContent-Length: {}\r\n\r\n",
        server.address(),
        laptop.token,
        original.len()
    );
    wire.write_all(head.as_bytes()).unwrap();
    wire.write_all(&original[..10]).unwrap();
    wire.flush().unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    wire.write_all(&original[10..17]).unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    drop(wire);

    assert_eq!(offset(&laptop, &server, &place).await, 17);
    assert_eq!(
        code(laptop.patch(&server, &place, 0, original).await).await,
        (409, "offset_differs".into())
    );
    let asked = json!({"sha256": [Digest::of(original), Digest::of(b"unnamed")]});
    let missing = laptop
        .authorised(&server, Method::POST, "/v1/blobs/missing")
        .json(&asked)
        .send()
        .await
        .unwrap();
    let missing: Value = missing.json().await.unwrap();
    assert_eq!(
        missing,
        json!({"missing": [{"sha256": Digest::of(original), "upload": place, "offset": 17}]})
    );
    let done = laptop.patch(&server, &place, 17, &original[17..]).await;
    assert_eq!(done.status(), StatusCode::NO_CONTENT);
    assert_eq!(done.headers()["upload-offset"].to_str().unwrap(), original.len().to_string());
    assert_eq!(
        laptop.tus(&server, Method::HEAD, &place).send().await.unwrap().status(),
        StatusCode::NOT_FOUND
    );
    assert_eq!(code(laptop.create(&server, original).await).await, (409, "blob_stored".into()));

    // The storage receipt is an entry of the server, told once.
    let before = laptop.cursor.sseq;
    let pulled = laptop.sync(&server).await;
    assert_eq!(pulled.items.len(), 1);
    assert_eq!(laptop.cursor.sseq, before + 1);
    let path = format!("/v1/blobs/{}", Digest::of(original));
    let part = laptop
        .authorised(&server, Method::GET, &path)
        .header("Range", "bytes=2-4")
        .send()
        .await
        .unwrap();
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.bytes().await.unwrap(), &original[2..5]);
    let whole = laptop.authorised(&server, Method::GET, &path).send().await.unwrap();
    assert_eq!(whole.bytes().await.unwrap(), original.as_slice());
    server.assert_rebuilt_equals_grown();
}

#[tokio::test]
async fn an_upload_that_hangs_is_taken_over() {
    let server = Server::start().await;
    let mut laptop = Laptop::ready(&server, "qinghe").await;
    let sealed = laptop.make_visit(&server);
    laptop.sync(&server).await;
    let bytes = &sealed.blobs[1];
    let place = location(&laptop, &server, bytes).await;
    let mut wire = TcpStream::connect(server.address()).unwrap();
    let head = format!(
        "PATCH {place} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n\
         Content-Type: application/offset+octet-stream\r\nContent-Length: {}\r\n\r\n",
        laptop.token,
        bytes.len()
    );
    wire.write_all(head.as_bytes()).unwrap();
    wire.write_all(&bytes[..5]).unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    // The old connection is still open; a new request does not wait for it.
    let asked = tokio::time::timeout(Duration::from_secs(5), offset(&laptop, &server, &place)).await;
    assert_eq!(asked.unwrap(), 5);
    assert_eq!(laptop.patch(&server, &place, 5, &bytes[5..]).await.status(), StatusCode::NO_CONTENT);
    drop(wire);
}

#[tokio::test]
async fn what_is_not_what_was_named_is_not_stored() {
    let server = Server::start().await;
    let mut laptop = Laptop::ready(&server, "qinghe").await;
    let sealed = laptop.make_visit(&server);
    laptop.sync(&server).await;
    let original = &sealed.blobs[0];

    let place = location(&laptop, &server, original).await;
    let mut other = original.clone();
    other[3] ^= 1;
    assert_eq!(code(laptop.patch(&server, &place, 0, &other).await).await, (460, "digest_differs".into()));
    assert_eq!(
        laptop.tus(&server, Method::HEAD, &place).send().await.unwrap().status(),
        StatusCode::NOT_FOUND
    );
    let path = format!("/v1/blobs/{}", Digest::of(original));
    assert_eq!(
        laptop.authorised(&server, Method::GET, &path).send().await.unwrap().status(),
        StatusCode::NOT_FOUND
    );

    // A checksum of another client: the bytes of that PATCH are dropped, the ones before stay.
    let place = location(&laptop, &server, original).await;
    assert_eq!(laptop.patch(&server, &place, 0, &original[..4]).await.status(), StatusCode::NO_CONTENT);
    let with_sum = |sum: String| {
        let request = laptop
            .tus(&server, Method::PATCH, &place)
            .header("Upload-Offset", 4)
            .header("Upload-Checksum", sum);
        let request = request.header("Content-Type", "application/offset+octet-stream");
        request.body(original[4..8].to_vec()).send()
    };
    let wrong = format!("sha256 {}", seal::base64_encode(Digest::of(b"x").as_ref()));
    assert_eq!(code(with_sum(wrong).await.unwrap()).await, (460, "checksum_differs".into()));
    assert_eq!(offset(&laptop, &server, &place).await, 4);
    assert_eq!(with_sum("md5 AAAA".into()).await.unwrap().status(), StatusCode::BAD_REQUEST);
    let right = format!("sha256 {}", seal::base64_encode(Digest::of(&original[4..8]).as_ref()));
    assert_eq!(with_sum(right).await.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(offset(&laptop, &server, &place).await, 8);

    // Too many bytes, a wrong type, no version, and an expired upload.
    let long = [&original[8..], b"more"].concat();
    assert_eq!(code(laptop.patch(&server, &place, 8, &long).await).await, (413, "blob_too_large".into()));
    let untyped = laptop
        .tus(&server, Method::PATCH, &place)
        .header("Upload-Offset", 8)
        .body("x")
        .send()
        .await
        .unwrap();
    assert_eq!(untyped.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let unversioned = laptop.authorised(&server, Method::HEAD, &place).send().await.unwrap();
    assert_eq!(unversioned.status(), StatusCode::PRECONDITION_FAILED);
    let options = server.ask(Method::OPTIONS, "/v1/blobs").send().await.unwrap();
    assert_eq!(options.headers()["tus-extension"], "creation,checksum,expiration");
}

#[tokio::test]
async fn an_upload_expires() {
    let server = Server::start().await;
    let mut laptop = Laptop::ready(&server, "qinghe").await;
    let sealed = laptop.make_visit(&server);
    laptop.sync(&server).await;
    let place = location(&laptop, &server, &sealed.blobs[0]).await;
    server.wait_minutes(7 * 24 * 60 + 1);
    let (status, granted) = laptop.try_session(&server).await;
    assert_eq!(status, StatusCode::OK);
    laptop.token = granted["token"].as_str().unwrap().to_owned();
    assert_eq!(laptop.tus(&server, Method::HEAD, &place).send().await.unwrap().status(), StatusCode::GONE);
    assert_ne!(location(&laptop, &server, &sealed.blobs[0]).await, place);
}

#[tokio::test]
async fn a_wrong_length_that_somebody_named_keeps_nobody_from_the_right_one() {
    let server = Server::start().await;
    let mut thief = Laptop::ready(&server, "qinghe").await;
    let mut laptop = Laptop::ready(&server, "qinghe").await;
    let sealed = laptop.make_visit(&server);
    let original = &sealed.blobs[0];
    let mut wrong = crate::laptop::attached(&sealed, original, &sealed.blobs[1]);
    wrong.original.len = 3;
    thief.say_before(sealed.visit.0, &domain::Operation::PhotoAttached(Box::new(wrong)), &[], &"g".repeat(64));
    thief.sync(&server).await;
    let begin = |laptop: &Laptop, len: usize| {
        let digest = seal::base64_encode(Digest::of(original).to_string().as_bytes());
        let request = laptop.tus(&server, Method::POST, "/v1/blobs").header("Upload-Length", len);
        request.header("Upload-Metadata", format!("sha256 {digest}")).send()
    };
    assert_eq!(begin(&thief, 3).await.unwrap().status(), StatusCode::CREATED);
    assert_eq!(code(begin(&thief, original.len()).await.unwrap()).await.1, "length_differs");

    laptop.sync(&server).await;
    let asked = json!({"sha256": [Digest::of(original)]});
    let missing = laptop
        .authorised(&server, Method::POST, "/v1/blobs/missing")
        .json(&asked)
        .send()
        .await
        .unwrap();
    let missing: Value = missing.json().await.unwrap();
    assert_eq!(
        missing["missing"][0]["upload"],
        Value::Null,
        "an upload of another length is nobody's to finish"
    );
    laptop.upload(&server, original).await;
    assert_eq!(code(begin(&thief, 3).await.unwrap()).await.1, "blob_stored");
    server.assert_rebuilt_equals_grown();
}
