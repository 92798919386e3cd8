//! Large views of what a browser does not show itself: made of the original, by a process of their own, for whoever may see it.

use std::path::Path;

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::laptop::{Laptop, Shot};
use crate::running::Server;

const HEIC: &[u8] = include_bytes!("../../../../assets/samples/halves.heic");
const FILM: &[u8] = include_bytes!("../../../../assets/samples/halves.mp4");
/// A film whose first picture cannot be decoded, and no picture at all.
const BROKEN: &[u8] = FILM.split_at(FILM.len() / 3).0;

#[tokio::test]
async fn a_preview_is_made_of_what_arrived_and_is_no_export() {
    decode::by(Path::new(env!("CARGO_BIN_EXE_xunzhan-server")));
    assert_eq!(decode::check(), Ok(()));
    let server = Server::start().await;
    let mut laptop = Laptop::ready(&server, "qinghe").await;
    laptop.sync(&server).await;
    let reviewer = server.log_in("qinghe-reviewer").await;
    let stranger = server.log_in("yunting-reviewer").await;
    for (original, made) in [(HEIC, true), (FILM, true), (BROKEN, false)] {
        let shot = Shot {
            original: Some(original),
            ..Shot::default()
        };
        let sealed = laptop.make_visit_with(&server, shot);
        laptop.sync(&server).await;
        let path = format!("/api/scopes/{}/visits/{}/photos/{}/preview", laptop.scope, sealed.visit, sealed.photo);
        let ask = |cookie: &str| server.ask(Method::GET, &path).header("Cookie", cookie.to_owned()).send();
        assert_eq!(ask(&reviewer).await.unwrap().status(), StatusCode::NOT_FOUND, "it has not arrived");
        for blob in &sealed.blobs {
            laptop.upload(&server, blob).await;
        }
        // Asked again, it says the same.
        for _ in 0..2 {
            let response = ask(&reviewer).await.unwrap();
            if !made {
                assert_eq!(response.status(), StatusCode::NOT_FOUND);
                continue;
            }
            assert_eq!(response.headers()["content-type"], "image/jpeg");
            assert_eq!(response.headers()["content-security-policy"], "default-src 'none'; sandbox");
            let picture = image::load_from_memory(&response.bytes().await.unwrap()).unwrap().to_rgb8();
            let (width, height) = picture.dimensions();
            assert!(width > 16 && height > 16, "{width} × {height}");
            let ([left, _, _], [right, _, _]) = (picture.get_pixel(4, 4).0, picture.get_pixel(width - 5, 4).0);
            assert!(left > 200 && right < 60, "red on the left, blue on the right: {left} {right}");
        }
        assert_eq!(ask(&stranger).await.unwrap().status(), StatusCode::FORBIDDEN);
        let which = json!({"scope": laptop.scope, "visit": sealed.visit});
        let (_, view) = server.call(Some(&reviewer), "get_visit", which).await;
        assert_eq!(view["downloads"], json!([]));
    }
}
