//! Logging in to the console.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::running::Server;

#[tokio::test]
async fn five_wrong_passwords_close_the_door_for_a_quarter_of_an_hour() {
    let server = Server::start().await;
    let account = "qinghe-reviewer";
    for _ in 0..5 {
        let (status, error) = server.call(None, "login", json!({"account": account, "password": "wrong"})).await;
        assert_eq!((status, error["code"].as_str()), (StatusCode::UNAUTHORIZED, Some("wrong_login")));
    }
    let right = json!({"account": account, "password": server.password(account)});
    let (status, error) = server.call(None, "login", right.clone()).await;
    assert_eq!(
        (status, error["code"].as_str()),
        (StatusCode::TOO_MANY_REQUESTS, Some("too_many_attempts"))
    );
    assert_eq!(error["params"]["minutes"], "15");
    // Nobody else is kept out, and a name that no account has is treated alike.
    server.log_in("qinghe-administrator").await;
    for expected in [
        "wrong_login",
        "wrong_login",
        "wrong_login",
        "wrong_login",
        "wrong_login",
        "too_many_attempts",
    ] {
        let (_, error) = server.call(None, "login", json!({"account": "nobody", "password": "x"})).await;
        assert_eq!(error["code"], expected);
    }
    server.wait_minutes(15);
    let (status, me) = server.call(None, "login", right).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(me["roles"], json!(["reviewer"]));
    assert_eq!(me["scopes"][0]["name"], "青禾县");
}

#[tokio::test]
async fn the_session_is_a_strict_cookie_that_ends() {
    let server = Server::start().await;
    let args = json!({"account": "qinghe-auditor", "password": server.password("qinghe-auditor")});
    let response = server.call_raw(None, "login", args).await;
    let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{part}");
    }
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    assert!(
        response.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .contains("frame-ancestors 'none'")
    );
    let cookie = cookie.split(';').next().unwrap();
    assert_eq!(server.call(Some(cookie), "me", json!({})).await.0, StatusCode::OK);

    // What another site can make a browser send is refused: no own header, or another origin.
    let bare = server.ask(Method::POST, "/api/call/me").header("Cookie", cookie).json(&json!({}));
    assert_eq!(bare.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    for (origin, expected) in [("http://evil.example", StatusCode::FORBIDDEN), (server.url.as_str(), StatusCode::OK)] {
        let request = server.ask(Method::POST, "/api/call/me").header("Cookie", cookie).header("X-Xunzhan", "1");
        let status = request.header("Origin", origin).json(&json!({})).send().await.unwrap().status();
        assert_eq!(status, expected, "{origin}");
    }
    assert_eq!(server.call(Some(cookie), "logout", json!({})).await.0, StatusCode::OK);
    assert_eq!(server.call(Some(cookie), "me", json!({})).await.0, StatusCode::UNAUTHORIZED);

    let other = server.log_in("qinghe-auditor").await;
    server.wait_minutes(12 * 60 + 1);
    assert_eq!(server.call(Some(&other), "me", json!({})).await.0, StatusCode::UNAUTHORIZED);
    server.assert_locked();
}
