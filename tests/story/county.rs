//! The county in town: two invented counties on one real server, which can be stopped and started again.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use xunzhan_tests::place;
use xunzhan_tests::program::{Running, finished, free_port};

/// Somebody who inspects.
pub struct Person {
    pub name: String,
    pub org: String,
}

/// Somebody who logs in to the console.
pub struct Account {
    pub name: String,
    pub password: String,
}

/// What the story knows of the county; secrets come from the file that is written once.
pub struct County {
    folder: tempfile::TempDir,
    port: u16,
    name: String,
    scope: String,
    root: String,
    card: PathBuf,
    authority_passphrase: String,
    inspectors: [Person; 2],
    administrator: Account,
    reviewer: Account,
    foreign_reviewer: Account,
}

impl County {
    /// Makes the demo counties in a folder of their own.
    pub fn make() -> County {
        let folder = tempfile::Builder::new().prefix("xunzhan-county-").tempdir().unwrap();
        let port = free_port();
        let out = folder.path().join("out");
        let (code, said) = finished(
            Command::new(place::program("xunzhan-server"))
                .arg("demo")
                .arg("--data")
                .arg(folder.path().join("server"))
                .args(["--url", &format!("http://127.0.0.1:{port}")])
                .arg("--out")
                .arg(&out),
        );
        assert_eq!(code, 0, "{said}");
        let secrets: Value = serde_json::from_slice(&fs::read(out.join("secrets.json")).unwrap()).unwrap();
        let county = secrets["counties"].as_array().unwrap().iter().find(|c| c["county"] == "qinghe").unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let account = |name: &str| {
            let accounts = secrets["accounts"].as_array().unwrap();
            let found = accounts.iter().find(|a| a["account"] == name).unwrap();
            Account {
                name: name.to_owned(),
                password: text(&found["password"]),
            }
        };
        let person = |name: &str, org: &str| Person {
            name: name.to_owned(),
            org: org.to_owned(),
        };
        County {
            port,
            name: text(&county["name"]),
            scope: text(&county["scope"]),
            root: text(&county["authority_fingerprint"]),
            card: out.join(text(&county["card"])),
            authority_passphrase: text(&secrets["authority_passphrases"]["qinghe"]),
            // Two who are not on the county's list yet. WebDriver cannot type characters beyond the basic plane; the
            // station's manager has one in his name.
            inspectors: [person("孟一舟", "青禾县商务局"), person("桑梓", "青禾县农业农村局")],
            administrator: account("qinghe-administrator"),
            reviewer: account("qinghe-reviewer"),
            foreign_reviewer: account("yunting-reviewer"),
            folder,
        }
    }

    /// Starts the server on the counties' data, with its output under `name`.
    pub fn serve(&self, name: &str) -> Running {
        let mut command = Command::new(place::program("xunzhan-server"));
        command.arg("serve").arg("--data").arg(self.folder.path().join("server"));
        command.args(["--listen", &format!("127.0.0.1:{}", self.port)]);
        let mut server = Running::start(name, &mut command);
        server.listening(self.port);
        server
    }

    /// Address of the console.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Name of the county.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its scope, 32 hex.
    pub fn scope(&self) -> &str {
        &self.scope
    }

    /// The authority's fingerprint, 64 hex.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// File with the county card.
    pub fn card(&self) -> PathBuf {
        self.card.clone()
    }

    /// The passphrase that approves laptops.
    pub fn authority_passphrase(&self) -> &str {
        &self.authority_passphrase
    }

    /// The station that is visited; its manager has a rare character in his name.
    pub fn station(&self) -> &'static str {
        "北瓦窑村站"
    }

    /// The two who visit it.
    pub fn inspectors(&self) -> &[Person; 2] {
        &self.inspectors
    }

    /// Who approves laptops.
    pub fn administrator(&self) -> &Account {
        &self.administrator
    }

    /// Who reviews visits.
    pub fn reviewer(&self) -> &Account {
        &self.reviewer
    }

    /// Who reviews visits of the other county.
    pub fn foreign_reviewer(&self) -> &Account {
        &self.foreign_reviewer
    }
}
