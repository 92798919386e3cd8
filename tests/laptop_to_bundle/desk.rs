//! A county with its server as a process, a laptop as the core alone, and the console as requests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};
use std::process::Command;

use domain::PersonId;
use serde_json::{Value, json};
use xunzhan_tests::place::program;
use xunzhan_tests::program::{Running, finished, free_port};

/// A demo inspector.
#[derive(Clone, Debug)]
pub struct Inspector {
    pub person: PersonId,
    pub name: String,
    pub org: String,
    pub passphrase: String,
}

/// The demo counties on one server.
pub struct County {
    home: tempfile::TempDir,
    name: String,
    port: u16,
    secrets: Value,
    running: Option<Running>,
}

impl County {
    /// Makes the demo counties and starts the server.
    pub fn start(name: &str) -> County {
        let home = tempfile::tempdir().unwrap();
        let port = free_port();
        let out = home.path().join("out");
        let mut demo = Command::new(program("xunzhan-server"));
        demo.arg("demo")
            .arg("--data")
            .arg(home.path().join("data"))
            .arg("--url")
            .arg(format!("https://127.0.0.1:{port}"))
            .arg("--out")
            .arg(&out);
        let (code, said) = finished(&mut demo);
        assert_eq!(code, 0, "{said}");
        let secrets = serde_json::from_slice(&std::fs::read(out.join("secrets.json")).unwrap()).unwrap();
        let mut county = County {
            home,
            name: name.into(),
            port,
            secrets,
            running: None,
        };
        county.restart();
        county
    }

    /// Starts the server again on the same folder and port.
    pub fn restart(&mut self) {
        let mut serve = Command::new(program("xunzhan-server"));
        serve
            .arg("serve")
            .arg("--data")
            .arg(self.home.path().join("data"))
            .arg("--tls")
            .arg(format!("127.0.0.1:{}", self.port));
        let mut running = Running::start(&format!("{}-server", self.name), &mut serve);
        running.listening(self.port);
        self.running = Some(running);
    }

    /// Ends the server.
    pub fn stop(&mut self) {
        self.running.take().unwrap().stop();
    }

    /// The server's data folder.
    pub fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// File of the n-th county's recovery identity.
    pub fn recovery(&self, n: usize) -> PathBuf {
        self.home.path().join("out").join(self.county(n)["recovery_identity"].as_str().unwrap())
    }

    /// Address of the server.
    pub fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// The certificate that the server made for browsers.
    fn certificate(&self) -> reqwest::Certificate {
        let pem = std::fs::read(self.home.path().join("data/browser.crt")).unwrap();
        reqwest::Certificate::from_pem(&pem).unwrap()
    }

    /// The n-th county as the secrets file tells it.
    fn county(&self, n: usize) -> &Value {
        &self.secrets["counties"][n]
    }

    /// Rows of a list that belong to the n-th county.
    fn rows(&self, list: &str, n: usize) -> Vec<Value> {
        let of_county = |row: &&Value| row["county"] == self.county(n)["county"];
        self.secrets[list].as_array().unwrap().iter().filter(of_county).cloned().collect()
    }

    /// Text of the n-th county's card.
    pub fn card(&self, n: usize) -> String {
        let file = self.county(n)["card"].as_str().unwrap();
        std::fs::read_to_string(self.home.path().join("out").join(file)).unwrap()
    }

    /// Scope of the n-th county.
    pub fn scope(&self, n: usize) -> String {
        self.county(n)["scope"].as_str().unwrap().to_owned()
    }

    /// Passphrase of the n-th county's authority.
    pub fn authority_passphrase(&self, n: usize) -> String {
        let county = self.county(n)["county"].as_str().unwrap();
        self.secrets["authority_passphrases"][county].as_str().unwrap().to_owned()
    }

    /// Inspectors of the first county.
    pub fn inspectors(&self) -> Vec<Inspector> {
        let text = |v: &Value| v.as_str().unwrap().to_owned();
        let read = |row: &Value| Inspector {
            person: text(&row["person"]).parse().unwrap(),
            name: text(&row["name"]),
            org: text(&row["org"]),
            passphrase: text(&row["passphrase"]),
        };
        self.rows("inspectors", 0).iter().map(read).collect()
    }

    /// Account and password of a role.
    pub fn account(&self, n: usize, role: &str) -> (String, String) {
        let rows = self.rows("accounts", n);
        let has = |row: &&Value| row["roles"].as_array().unwrap().contains(&json!(role));
        let row = rows.iter().find(has).unwrap_or_else(|| panic!("no {role}"));
        (row["account"].as_str().unwrap().to_owned(), row["password"].as_str().unwrap().to_owned())
    }
}

/// A laptop without a county; its folders live as long as the second value.
pub fn laptop() -> (field::Field, tempfile::TempDir) {
    let home = tempfile::tempdir().unwrap();
    let options = field::Options {
        key_store: false,
        state_dir: Some(home.path().join("state")),
        auto_sync: false,
    };
    (field::Field::open_with(&home.path().join("data"), options).unwrap(), home)
}

/// A browser's side of the console, without the browser.
pub struct Console {
    runtime: tokio::runtime::Runtime,
    http: reqwest::Client,
    url: String,
    cookie: String,
}

impl Console {
    /// Logs an account of the n-th county in.
    pub fn login(county: &County, n: usize, role: &str) -> Console {
        let (account, password) = county.account(n, role);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut console = Console {
            runtime,
            http: reqwest::Client::builder().tls_certs_only([county.certificate()]).build().unwrap(),
            url: county.url(),
            cookie: String::new(),
        };
        let request = console.request("login", &json!({ "account": account, "password": password }));
        let answer = console.runtime.block_on(request.send()).unwrap();
        assert_eq!(answer.status(), 200);
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        console.cookie = cookie.split(';').next().unwrap().to_owned();
        console
    }

    fn request(&self, call: &str, args: &Value) -> reqwest::RequestBuilder {
        self.http
            .post(format!("{}/api/call/{call}", self.url))
            .header("x-xunzhan", "1")
            .header("cookie", &self.cookie)
            .json(args)
    }

    /// A call; an error is its code.
    pub fn call(&self, call: &str, args: Value) -> Result<Value, String> {
        self.runtime.block_on(async {
            let answer = self.request(call, &args).send().await.unwrap();
            let good = answer.status().is_success();
            let body: Value = answer.json().await.unwrap();
            if good {
                Ok(body)
            } else {
                Err(body["code"].as_str().unwrap_or_default().to_owned())
            }
        })
    }

    /// A document: status and bytes.
    pub fn get(&self, path: &str) -> (u16, Vec<u8>) {
        self.runtime.block_on(async {
            let answer = self
                .http
                .get(format!("{}{path}", self.url))
                .header("cookie", &self.cookie)
                .send()
                .await
                .unwrap();
            (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
        })
    }
}

fn verifier(bundle: &Path, root: &str) -> (i32, String) {
    finished(Command::new(program("xunzhan-verify")).arg(bundle).arg("--root").arg(root))
}

/// The verifier accepts the bundle and names who signed; another root and a changed byte are refused.
pub fn check_bundle(bytes: &[u8], root: &str, names: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("bundle.zip");
    std::fs::write(&path, bytes).unwrap();
    let (code, said) = verifier(&path, root);
    println!("{said}");
    assert_eq!(code, 0, "{said}");
    for name in names {
        assert!(said.contains(name), "{name} is not named in:\n{said}");
    }
    assert_ne!(verifier(&path, &"0".repeat(64)).0, 0, "another root is refused");
    let mut changed = bytes.to_vec();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    std::fs::write(&path, &changed).unwrap();
    assert_ne!(verifier(&path, root).0, 0, "a changed byte is refused");
}
