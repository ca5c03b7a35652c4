//! What load needs, for benchmarks and for the kill tests: keys, agencies registered through the API, an endless supply
//! of valid orders, and clients over real mTLS. Everything is invented.

use std::process::Command;
use std::sync::Arc;

use lienthong::client::channel::{HubAddress, HubChannel, connect, with_tokens};
use lienthong::client::pki::{Authority, KeyedCertificate, Validity};
use lienthong::client::signing::{Sealer, Signer, Times};
use lienthong::client::token::{TokenMinter, TokenSubject};
use lienthong::domain::catalogue::Catalogue;
use lienthong::domain::ids::{AgencyCode, OfficerId};
use lienthong::domain::time::Clock;
use lienthong::sealing::MasterKeys;
use lienthong::server::clock::SystemClock;
use lienthong::server::random::OsRandom;
use lienthong_proto::v1;
use lienthong_proto::v1::agency_service_client::AgencyServiceClient;
use lienthong_proto::v1::request_service_client::RequestServiceClient;

/// The hub's name in load tests.
pub(crate) const HUB_ID: &str = "lienthong-load";

/// The name of every officer of the load.
const FULL_NAME: &str = "Nguyễn Văn Giả";

/// Whatever goes wrong in set-up ends the run.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// An agency of the load with its one officer and its certificate, used for connections and tokens alike.
pub(crate) struct Member {
    pub(crate) code: &'static str,
    pub(crate) officer: &'static str,
    pub(crate) keys: KeyedCertificate,
    /// The certificate of its seal.
    pub(crate) seal: KeyedCertificate,
}

/// The keys of everyone.
pub(crate) struct Keys {
    pub(crate) ca: String,
    pub(crate) server: KeyedCertificate,
    pub(crate) operator: Member,
    pub(crate) sender: Member,
    pub(crate) bank: Member,
}

impl Keys {
    /// Fresh keys, valid from now for a week.
    pub(crate) fn generate() -> Result<Self, Failure> {
        let validity = Validity::days(SystemClock.now(), 7);
        let authority = Authority::new("CA giả lập", validity)?;
        let member = |code, officer| -> Result<Member, Failure> {
            Ok(Member {
                code,
                officer,
                keys: authority.issue_client(code, validity)?,
                seal: authority.issue_client(code, validity)?,
            })
        };
        Ok(Self {
            operator: member("OPERATOR", "operator")?,
            sender: member("GIA-LAP.THADS.01", "chv.tran.thi.lap")?,
            bank: member("GIA-LAP.NH.970999", "nh.vu.thi.thu")?,
            server: authority.issue_server(validity)?,
            ca: authority.certificate_pem(),
        })
    }

    /// A hub on this machine with these keys.
    pub(crate) fn address(&self, port: u16) -> HubAddress {
        HubAddress {
            uri: format!("https://localhost:{port}"),
            server_name: None,
            ca: self.ca.clone(),
        }
    }
}

impl Member {
    /// A connection with this agency's certificate whose calls carry its tokens.
    pub(crate) async fn connect(&self, hub: &HubAddress) -> Result<HubChannel, Failure> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let channel = connect(hub, &self.keys, clock).await?;
        Ok(with_tokens(channel, Arc::new(self.minter()?)))
    }

    /// Who makes the tokens of this agency's officer.
    pub(crate) fn minter(&self) -> Result<TokenMinter, Failure> {
        let subject = TokenSubject {
            agency: AgencyCode::parse(self.code)?,
            officer: OfficerId::parse(self.officer)?,
            roles: vec![],
            hub_id: HUB_ID.to_owned(),
        };
        let (clock, ids) = (Arc::new(SystemClock), Arc::new(OsRandom));
        Ok(TokenMinter::new(
            subject,
            &self.keys,
            &self.keys.certificate,
            clock,
            ids,
        )?)
    }

    fn registration(&self, role: v1::Role, name: &str) -> v1::CreateAgencyRequest {
        v1::CreateAgencyRequest {
            idempotency_key: format!("create-{}", self.code),
            agency: Some(v1::Agency {
                code: self.code.to_owned(),
                role: role.into(),
                name: name.to_owned(),
                channel: v1::Channel::Digital.into(),
                ..v1::Agency::default()
            }),
            first_officer: Some(v1::Officer {
                officer_id: self.officer.to_owned(),
                full_name: FULL_NAME.to_owned(),
                position: "Chấp hành viên".to_owned(),
                valid_from: "2020-01-01".to_owned(),
                ..v1::Officer::default()
            }),
            credentials: vec![
                v1::NewCredential {
                    certificate_pem: self.keys.certificate.clone(),
                    purposes: vec![v1::CredentialPurpose::Tls.into(), v1::CredentialPurpose::Token.into()],
                    officer_id: String::new(),
                },
                v1::NewCredential {
                    certificate_pem: self.seal.certificate.clone(),
                    purposes: vec![v1::CredentialPurpose::Seal.into()],
                    officer_id: String::new(),
                },
            ],
        }
    }
}

/// The master keys of every hub of the tests and benchmarks.
pub(crate) fn content_keys() -> String {
    MasterKeys::line_of(&[0x4D; 32]).1
}

/// `lienthong init` with the operator of `keys` on the database at `url`.
pub(crate) fn initialise(keys: &Keys, url: &str) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let certificate = folder.path().join("operator.pem");
    std::fs::write(&certificate, &keys.operator.keys.certificate)?;
    let done = Command::new(env!("CARGO_BIN_EXE_lienthong"))
        .args([
            "init",
            "--database",
            url,
            "--hub-id",
            HUB_ID,
            "--operator-officer",
            keys.operator.officer,
        ])
        .arg("--operator-cert")
        .arg(&certificate)
        .arg("--signer")
        .arg(folder.path().join("signer"))
        .env("LIENTHONG_CONTENT_KEYS", content_keys())
        .output()?;
    if done.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&done.stderr).into())
    }
}

/// The operator registers the sender and the bank.
pub(crate) async fn register(keys: &Keys, hub: &HubAddress) -> Result<(), Failure> {
    let mut agencies = AgencyServiceClient::new(keys.operator.connect(hub).await?);
    for (member, role, name) in [
        (&keys.sender, v1::Role::Enforcement, "Thi hành án dân sự tỉnh Giả Lập"),
        (&keys.bank, v1::Role::Bank, "Ngân hàng thương mại cổ phần Giả Lập"),
    ] {
        agencies.create_agency(member.registration(role, name)).await?;
    }
    Ok(())
}

/// Makes valid orders from the catalogue's example, each with its own key. The one place where load is signed.
#[derive(Debug, Clone)]
pub(crate) struct Orders {
    before_key: Arc<str>,
    after_key: Arc<str>,
    sealer: Option<Sealer>,
}

impl Orders {
    /// Orders of this kind, of an enforcement agency to a bank; a kind that asks for a signature must be `signed`.
    pub(crate) fn new(keys: &Keys, code: &str, signed: bool) -> Result<Self, Failure> {
        const MARK: &str = "key-stands-here";
        let catalogue = Catalogue::embedded()?;
        let kind = catalogue
            .newest(&code.parse()?)
            .ok_or_else(|| format!("no {code} in the catalogue"))?;
        let mut order: serde_json::Value = serde_json::from_str(&kind.order_example)?;
        order["idempotency_key"] = MARK.into();
        order["agency"] = keys.sender.code.into();
        order["recipients"] = serde_json::json!([keys.bank.code]);
        order["head"]["signer"]["officer_id"] = keys.sender.officer.into();
        order["head"]["signer"]["full_name"] = FULL_NAME.into();
        let text = order.to_string();
        let (before, after) = text.split_once(MARK).ok_or("the example has no key")?;
        Ok(Self {
            before_key: before.into(),
            after_key: after.into(),
            sealer: if signed {
                Some(Sealer {
                    seal: Signer::of_file(&keys.sender.seal)?,
                    officer: None,
                })
            } else {
                None
            },
        })
    }

    /// The order with this key.
    pub(crate) fn submit(&self, key: &str) -> v1::SubmitRequest {
        let document = [&*self.before_key, key, &*self.after_key].concat();
        let content = match &self.sealer {
            None => v1::submit_request::Content::Document(document),
            Some(sealer) => {
                let times = Times::at(SystemClock.now());
                let signed = sealer.sign(document.as_bytes(), false, times, &OsRandom);
                // A key in memory signs; an empty JWS would end the run at once.
                v1::submit_request::Content::Jws(signed.unwrap_or_default())
            }
        };
        v1::SubmitRequest { content: Some(content) }
    }
}

/// A client that submits, on a connection of its own.
pub(crate) async fn submitter(keys: &Keys, hub: &HubAddress) -> Result<RequestServiceClient<HubChannel>, Failure> {
    Ok(RequestServiceClient::new(keys.sender.connect(hub).await?))
}
