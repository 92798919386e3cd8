//! `POST /api/call/{name}`: one checked call of the console.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use contract::console::dispatch;

use super::App;
use super::answer::{Failed, value};
use super::app::blocking;
use super::guard::{COOKIE, Called};
use crate::Error;
use crate::console::{Caller, CookieChange};

fn cookie(change: &CookieChange, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    match change {
        CookieChange::Set { token, life_s } => {
            format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={life_s}{secure}", token.as_str())
        }
        CookieChange::Clear => format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0{secure}"),
    }
}

/// Makes the call; access was checked by the guard.
pub(super) async fn call(name: &'static str, State(app): State<App>, Extension(called): Extension<Arc<Called>>) -> Result<Response, Failed> {
    let secure = app.is_secure();
    let work = blocking(move || {
        let caller = Caller::new(app, called.account.clone(), called.token);
        let answer = dispatch(&caller, name, called.args.clone());
        Ok((answer, caller.cookie_change()))
    });
    let (answer, change) = work.await.map_err(|e: Error| Failed::from(e))?;
    let mut response = Json(answer?).into_response();
    if let Some(change) = change {
        response.headers_mut().insert(header::SET_COOKIE, value(&cookie(&change, secure)));
    }
    Ok(response)
}
