//! The table of everything that can be reached. A route cannot come into being without saying who may pass.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, MethodRouter, on};
use contract::console::CALLS;
use domain::Role;
use tower_http::set_header::SetResponseHeaderLayer;

use super::{App, Guard, calls, device, documents, enrol, guard, session, sync, tables, ui, uploads};
use crate::{Error, Result};

/// Who may read a visit's documents.
const READERS: &[Role] = &[Role::Inspector, Role::Reviewer, Role::Administrator, Role::Auditor];

/// Who may take stations in.
const ADMINISTRATORS: &[Role] = &[Role::Administrator];

/// One route: method, path, who may pass, and what then happens.
pub struct Route {
    method: Method,
    path: String,
    guard: Guard,
    handler: MethodRouter<App>,
    most_bytes: usize,
}

/// The longest body, where a route says nothing else.
const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;
/// The longest request for a session, and proof: both are a few hundred bytes, and anyone may send them.
const MAX_SESSION_BYTES: usize = 4 * 1024;
/// The longest enrolment request.
const MAX_ENROL_BYTES: usize = 64 * 1024;

impl Route {
    fn new<H, T>(method: Method, path: &str, guard: Guard, handler: H) -> Result<Self>
    where
        H: Handler<T, App>,
        T: 'static,
    {
        guard.fits(&method, path)?;
        let filter = MethodFilter::try_from(method.clone()).map_err(|_| Error::Folder(format!("{method} is no method of a route")))?;
        Ok(Self {
            method,
            path: path.to_owned(),
            guard,
            handler: on(filter, handler),
            most_bytes: MAX_BODY_BYTES,
        })
    }

    /// The same route with a limit for its body.
    fn at_most(self, most_bytes: usize) -> Self {
        Self { most_bytes, ..self }
    }

    /// Its method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Its path, with parameters in braces.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Who may pass.
    pub fn guard(&self) -> Guard {
        self.guard
    }
}

/// Every route of the server.
pub fn routes() -> Result<Vec<Route>> {
    use Guard::{Call, Device, Open, Scoped};
    let get = Method::GET;
    let mut table = vec![
        Route::new(Method::POST, "/v1/session", Open("a device asks for a nonce"), session::challenge)?.at_most(MAX_SESSION_BYTES),
        Route::new(Method::POST, "/v1/session/prove", Open("a device proves its key"), session::prove)?.at_most(MAX_SESSION_BYTES),
        Route::new(Method::POST, "/v1/enrol", Open("a device asks to be known"), enrol::enrol)?.at_most(MAX_ENROL_BYTES),
        Route::new(Method::POST, "/v1/sync", Device, sync::sync)?,
        Route::new(get.clone(), "/v1/checkpoint", Device, device::checkpoint)?,
        Route::new(Method::POST, "/v1/blobs/missing", Device, device::missing)?,
        Route::new(get.clone(), "/v1/blobs/{sha256}", Device, device::blob)?,
        Route::new(Method::OPTIONS, "/v1/blobs", Open("says what uploads can do"), uploads::options)?,
        Route::new(Method::POST, "/v1/blobs", Device, uploads::create)?,
        Route::new(Method::HEAD, "/v1/blobs/uploads/{id}", Device, uploads::head)?,
        Route::new(Method::PATCH, "/v1/blobs/uploads/{id}", Device, uploads::patch)?,
        Route::new(
            get.clone(),
            "/api/scopes/{scope}/visits/{visit}/photos/{photo}/{part}",
            Scoped(READERS),
            documents::photo,
        )?,
        Route::new(
            get.clone(),
            "/api/scopes/{scope}/visits/{visit}/record.pdf",
            Scoped(READERS),
            documents::record,
        )?,
        Route::new(
            get.clone(),
            "/api/scopes/{scope}/visits/{visit}/bundle",
            Scoped(READERS),
            documents::bundle,
        )?,
        Route::new(Method::POST, "/api/scopes/{scope}/station-tables", Scoped(ADMINISTRATORS), tables::bring)?,
        Route::new(
            get.clone(),
            "/api/scopes/{scope}/station-tables/{upload}/report",
            Scoped(ADMINISTRATORS),
            tables::report,
        )?,
        Route::new(get.clone(), "/api/scopes/{scope}/list", Scoped(READERS), tables::list)?,
        Route::new(get.clone(), "/", Open("the console's page"), ui::page)?,
        Route::new(get, "/{*file}", Open("the console's scripts and styles"), ui::file)?,
    ];
    for (name, access) in CALLS {
        let handler = move |app, called| calls::call(name, app, called);
        table.push(Route::new(Method::POST, &format!("/api/call/{name}"), Call(name, *access), handler)?);
    }
    Ok(table)
}

/// The router over all routes. Each is wrapped in its guard here and nowhere else.
pub fn router(app: &App) -> Result<Router> {
    let mut router = Router::new();
    for route in routes()? {
        let layer = from_fn_with_state((app.clone(), route.guard), guard::pass);
        let limit = DefaultBodyLimit::max(route.most_bytes);
        router = router.route(&route.path, route.handler.layer(limit).layer(layer));
    }
    let always = |name: HeaderName, value: &'static str| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    // The console needs nothing from elsewhere; pictures come from us, and from memory while a page draws.
    let policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; media-src 'self'; font-src 'self'; \
                  connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
    Ok(router
        .layer(always(header::CONTENT_SECURITY_POLICY, policy))
        .layer(always(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(always(header::X_FRAME_OPTIONS, "DENY"))
        .layer(always(header::REFERRER_POLICY, "no-referrer"))
        .layer(always(header::CACHE_CONTROL, "no-store"))
        .layer(always(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
        .layer(always(HeaderName::from_static("cross-origin-resource-policy"), "same-origin"))
        .with_state(app.clone()))
}
