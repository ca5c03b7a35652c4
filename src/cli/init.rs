//! `lienthong init`: the operator's agency, its first officer and its certificate, through the ledger.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tokio::task::JoinHandle;

use super::args::{DatabaseArgs, HubArgs, MasterArgs, SignerArgs, read_text};
use super::failure::Failure;
use super::occasion::occasion;
use super::output;
use crate::app::agencies::{NewCredential, new_credentials};
use crate::app::ledger::{LedgerSettings, Receipt};
use crate::app::operator::note_schema;
use crate::app::{App, Parts};
use crate::domain::agency::{Agency, Channel, Officer, Purpose, Role, Scope};
use crate::domain::calendar::Calendar;
use crate::domain::error::{ErrorCode, FieldViolation, Localized};
use crate::domain::ids::{AgencyCode, OfficerId};
use crate::domain::time::Clock as _;
use crate::evidence::hub_key::HubKey;
use crate::server::clock::SystemClock;
use crate::server::masters::{MasterSource, open_content};
use crate::server::random::OsRandom;
use crate::server::run::{OpenDatabase, Opening, open_signer, require_registered};
use crate::server::settings::SignerPlace;
use crate::server::start_error::StartError;
use crate::signing::Signer;
use crate::store::Database;

/// The operator's first officer, if nothing else is said.
pub(super) const OPERATOR_OFFICER: &str = "operator-001";

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct Init {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    hub: HubArgs,
    #[command(flatten)]
    signer: SignerArgs,
    #[command(flatten)]
    masters: MasterArgs,
    /// Chứng thư số của đơn vị vận hành: the operator's certificate, PEM, P-256, for TLS and for tokens.
    #[arg(long, env = "LIENTHONG_OPERATOR_CERT", value_name = "FILE")]
    operator_cert: PathBuf,
    #[command(flatten)]
    operator: Operator,
}

/// Who operates the hub.
#[derive(Debug, Clone, Args)]
pub(super) struct Operator {
    /// Mã cơ quan: the operator's agency code.
    #[arg(id = "operator_code", long = "operator-code", env = "LIENTHONG_OPERATOR_CODE", value_name = "CODE", default_value = "OPERATOR", value_parser = agency_code)]
    pub(super) code: AgencyCode,
    /// Mã cán bộ: id of the operator's first officer, the `sub` of its tokens.
    #[arg(id = "operator_officer", long = "operator-officer", env = "LIENTHONG_OPERATOR_OFFICER", value_name = "ID", default_value = OPERATOR_OFFICER, value_parser = officer_id)]
    pub(super) officer: OfficerId,
    /// Tên đơn vị vận hành: the operator's name.
    #[arg(
        id = "operator_name",
        long = "operator-name",
        env = "LIENTHONG_OPERATOR_NAME",
        value_name = "NAME",
        default_value = "Đơn vị vận hành",
        value_parser = name
    )]
    pub(super) name: String,
    /// Họ và tên: full name of the operator's first officer.
    #[arg(
        id = "operator_officer_name",
        long = "operator-officer-name",
        env = "LIENTHONG_OPERATOR_OFFICER_NAME",
        value_name = "NAME",
        default_value = "Quản trị viên",
        value_parser = name
    )]
    pub(super) officer_name: String,
}

fn agency_code(text: &str) -> Result<AgencyCode, String> {
    match AgencyCode::parse(text) {
        Ok(code) if code == AgencyCode::hub() => Err("mã này dành cho cổng / this code is the hub's own".to_owned()),
        parsed => parsed.map_err(|error| error.to_string()),
    }
}

fn officer_id(text: &str) -> Result<OfficerId, String> {
    OfficerId::parse(text).map_err(|error| error.to_string())
}

fn name(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        Err("không được để trống / must not be empty".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

impl Init {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let database = self.database.database()?;
        let certificate = read_text("--operator-cert", &self.operator_cert)?;
        let keys = InitKeys {
            signer: self.signer.place(&database)?,
            masters: self.masters.source(&database)?,
        };
        let Initialised { receipt, before, key } =
            init(&database, &keys, &self.hub.hub_id, &self.operator, &certificate).await?;
        if before {
            output::line(&format!(
                "Cổng {hub} đã được khởi tạo trước đó với đúng thông tin này; không có gì thay đổi.\n\
                 The hub {hub} was initialised before with just this; nothing was changed.",
                hub = self.hub.hub_id,
            ));
            return Ok(());
        }
        output::line(&format!(
            "Đã khởi tạo cổng {hub}; {code} là đơn vị vận hành (mục nhật ký số {index}). Bước tiếp theo: lienthong serve\n\
             The hub {hub} is initialised; {code} operates it (log entry {index}). Next: lienthong serve\n\
             Khóa công khai để kiểm tra biên nhận, hãy công bố / public keys that receipts are checked with, to be published:\n\
             {key}",
            hub = self.hub.hub_id,
            code = self.operator.code,
            index = receipt.log_index,
        ));
        Ok(())
    }
}

/// What [`init`] did.
pub(super) struct Initialised {
    /// Of the entry, now or the first time.
    receipt: Receipt,
    /// The very same had been entered before.
    before: bool,
    /// What the hub signs with.
    key: HubKey,
}

/// The keys of a hub that is made.
pub(super) struct InitKeys {
    /// What signs the log.
    pub(super) signer: SignerPlace,
    /// What content is sealed by.
    pub(super) masters: MasterSource,
}

/// Enters the operator into the empty `database`.
pub(super) async fn init(
    database: &Database,
    keys: &InitKeys,
    hub_id: &str,
    operator: &Operator,
    certificate_pem: &str,
) -> Result<Initialised, Failure> {
    let clock = Arc::new(SystemClock);
    let now = clock.now();
    let new = NewCredential {
        pem: certificate_pem,
        purposes: &[Purpose::Tls, Purpose::Token],
        officer: None,
    };
    let credentials = new_credentials(&operator.code, &[new], now, |_| "--operator-cert".to_owned())
        .map_err(|violations| wrong_certificate(&violations))?;
    let agency = Agency {
        code: operator.code.clone(),
        role: Role::Operator,
        name: operator.name.clone(),
        name_en: "Operator".to_owned(),
        province_code: String::new(),
        commune_code: String::new(),
        parent: None,
        successor: None,
        channel: Channel::Digital,
        suspended: false,
        aliases: Vec::new(),
        units: Vec::new(),
        territory: Vec::new(),
    };
    let officer = Officer {
        agency: operator.code.clone(),
        id: operator.officer.clone(),
        full_name: operator.officer_name.clone(),
        position: "Quản trị viên".to_owned(),
        unit: None,
        valid_from: now.date(),
        valid_to: None,
        scope: Scope::All,
    };
    let mut database = OpenDatabase::open(database, Opening::Create).await?;
    database.require_hub(hub_id).await?;
    database.store = open_content(database.store, &keys.masters, &OsRandom).await?;
    let before = database.store.is_initialised().await.map_err(StartError::Schema)?;
    let place = SignerPlace {
        // A hub that was initialised has its keys.
        may_be_new: keys.signer.may_be_new && !before,
        ..keys.signer.clone()
    };
    let signer = open_signer(&place, hub_id)?;
    let key = signer.key().clone();
    let (app, writer) = offline_app(&database, hub_id, signer)?;
    let written = match require_registered(&app, &place).await {
        Ok(()) => app.init(agency, officer, credentials).await,
        Err(refused) => {
            database.close().await;
            return Err(refused.into());
        }
    };
    if written.is_ok() && !before {
        tell_of_schema(&app, &database).await;
    }
    drop(app);
    // The writer ends by itself once the last way into the ledger is gone.
    drop(writer.await);
    database.close().await;
    written
        .map(|receipt| Initialised { receipt, before, key })
        .map_err(|error| {
            if error.code() == ErrorCode::AlreadyInitialised {
                Failure::configuration(
                    "--database: cổng này đã được khởi tạo; không có gì thay đổi.",
                    "--database: this hub has been initialised before; nothing was changed.",
                )
            } else {
                error.into()
            }
        })
}

/// The schema under the first entries, for the log. If it cannot be told now, the first `serve` does.
async fn tell_of_schema(app: &App, database: &OpenDatabase) {
    let told = match note_schema(&database.store, database.schema, &occasion()).await {
        Ok(()) => app.enter_operator_lines().await.map(drop),
        Err(error) => Err(error),
    };
    if let Err(error) = told {
        tracing::warn!(code = error.code().as_str(), "operator.schema.not_noted");
    }
}

fn wrong_certificate(violations: &[FieldViolation]) -> Failure {
    let said = |text: fn(&Localized) -> &str| {
        let texts: Vec<&str> = violations.iter().map(|violation| text(&violation.text)).collect();
        format!("--operator-cert: {}", texts.join(" "))
    };
    Failure::configuration(said(|text| &text.vi), said(|text| &text.en))
}

/// The use cases without any listener.
pub(super) fn offline_app(
    database: &OpenDatabase,
    hub_id: &str,
    signer: Signer,
) -> Result<(App, JoinHandle<()>), Failure> {
    Ok(App::start(Parts {
        hub_id: hub_id.into(),
        store: database.store.clone(),
        catalogue: crate::server::load_catalogue(None)?,
        calendar: Arc::new(Calendar::embedded().map_err(StartError::from)?),
        clock: Arc::new(SystemClock),
        ids: Arc::new(OsRandom),
        signer,
        ledger: LedgerSettings::default(),
        trust: None,
    }))
}
