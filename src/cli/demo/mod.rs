//! `lienthong demo`: a real hub in this process on a loopback port, and partners that reach it over real mutual TLS, each
//! with its own certificate. The story is checked as it is told.

pub(super) mod cast;
mod evidence;
mod folder;
mod outcome;
mod paper;
mod partner;
mod profile;
mod registry;
mod sandbox;
mod script;
mod stories;
mod story;
mod tell;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::args::{listen_address, read_text};
use super::failure::Failure;
use super::init::{self, Operator};
use super::logging::{self, LogFormat};
use super::output;
use super::serve::{StopSignals, until_stopped};
use crate::app::ledger::LedgerSettings;
use crate::client::channel::HubAddress;
use crate::domain::ids::{AgencyCode, MalformedId, OfficerId};
use crate::domain::sandbox::SandboxClock;
use crate::server::clock::SystemClock;
use crate::server::random::OsRandom;
use crate::server::run::{Hub, OpenDatabase, Opening, Running};
use crate::server::settings::{HubSettings, ServerLimits, TimerSettings, TlsPems};
use crate::server::start_error::StartError;
use crate::server::webhooks::WebhookSettings;
use crate::store::Database;
use cast::Cast;
use evidence::Kept;
use folder::Folder;
use outcome::held_so_far;
use partner::Outside;
use story::Story;
use tell::Teller;

/// A sandbox: its clock is moved ahead at the end of the story.
const HUB_ID: &str = "sandbox.demo.invalid";

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Dừng sau câu chuyện: stop after the story (status 0 when all of it held). Without it the hub keeps serving until Ctrl-C.
    #[arg(long)]
    exit: bool,
    /// Thư mục dữ liệu: keep certificates and database here, and go on from them the next time. Without it everything is
    /// in a private folder that is removed at the end.
    #[arg(long, env = "LIENTHONG_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// Địa chỉ và cổng mạng: where the hub listens. Port 0 takes a free one.
    #[arg(long, env = "LIENTHONG_LISTEN", value_name = "ADDR", default_value = "127.0.0.1:0", value_parser = listen_address)]
    listen: SocketAddr,
    /// Câu chuyện: play this one of the stories in catalogue/demo/stories; without a name they are listed. Without the option the story of
    /// a freeze at two banks is told.
    #[arg(
        long,
        env = "LIENTHONG_STORY",
        value_name = "NAME",
        num_args = 0..=1,
        default_missing_value = stories::LIST,
        value_parser = PossibleValuesParser::new(stories::choices())
    )]
    story: Option<String>,
}

impl Demo {
    pub(super) async fn run(self) -> Result<(), Failure> {
        if self.story.as_deref() == Some(stories::LIST) {
            stories::list();
            return Ok(());
        }
        logging::start(LogFormat::Text, "warn", None)?;
        let mut signals = StopSignals::new()?;
        let folder = match &self.data {
            Some(path) => Folder::kept(path)?,
            None => Folder::private(&OsRandom)?,
        };
        output::line(
            "Liên Thông – chạy thử. Mọi người, tài khoản, thửa đất và số liệu đều là giả lập.\n\
             Liên Thông – demo. All persons, accounts, parcels and figures are synthetic.",
        );
        Box::pin(play(&folder, self.listen, self.story.as_deref(), &mut signals)).await?;
        if self.exit {
            return Ok(());
        }
        let hub = start(&folder, self.listen).await?;
        explain(&folder, &hub)?;
        until_stopped(hub, &mut signals).await
    }
}

/// The story with a hub, and what is left of it without one.
async fn play(
    folder: &Folder,
    listen: SocketAddr,
    story: Option<&str>,
    signals: &mut StopSignals,
) -> Result<(), Failure> {
    let hub = start(folder, listen).await?;
    let told = tokio::select! {
        told = Box::pin(tell(folder, &hub, story)) => told,
        () = signals.next() => Err(Failure::failed("Đã dừng theo yêu cầu.", "Stopped on request.")),
    };
    hub.stop().await;
    if let Some((kept, mut teller)) = told? {
        let verified = evidence::verify(&kept, &mut teller).await;
        verified.map_err(|stop| stop.at(&teller.number()))?;
    }
    let held = held_so_far();
    output::line(&format!(
        "\nMọi bước đều đã được kiểm tra và đúng như cam kết: {held} điều.\n\
         Every step was checked and held: {held} promises."
    ));
    Ok(())
}

/// Makes the hub's database if there is none, and starts the hub.
async fn start(folder: &Folder, listen: SocketAddr) -> Result<Running, Failure> {
    let database = Database::Sqlite(folder.database());
    let opened = OpenDatabase::open(&database, Opening::Create).await?;
    let is_initialised = opened.store.is_initialised().await.map_err(StartError::Schema)?;
    opened.close().await;
    if !is_initialised {
        let certificate = read_text("--data", &folder.certificates().join("operator.pem"))?;
        let keys = init::InitKeys {
            signer: folder.signer(),
            masters: folder.masters(),
        };
        init::init(&database, &keys, HUB_ID, &operator()?, &certificate).await?;
    }
    let server = folder.certificate("server")?;
    let client_ca = read_text("--data", &folder.certificates().join("ca.pem"))?;
    let settings = HubSettings {
        database,
        hub_id: HUB_ID.to_owned(),
        sandbox: true,
        listen,
        tls: TlsPems {
            certificate: server.certificate.into_bytes(),
            key: server.key.into_bytes(),
            client_ca: client_ca.into_bytes(),
        }
        .into(),
        documents: folder.documents().into(),
        signer: folder.signer(),
        masters: folder.masters(),
        catalogue: None,
        migrate: false,
        ledger: LedgerSettings::default(),
        limits: ServerLimits::default(),
        webhooks: WebhookSettings::default(),
        timers: TimerSettings::default(),
        settings_sha256: None,
    };
    Ok(Hub::start(settings, Arc::new(SystemClock), Arc::new(OsRandom)).await?)
}

fn operator() -> Result<Operator, Failure> {
    let malformed = |error: MalformedId| Failure::failed(error.to_string(), error.to_string());
    Ok(Operator {
        code: AgencyCode::parse(story::OPERATOR_CODE).map_err(malformed)?,
        officer: OfficerId::parse(init::OPERATOR_OFFICER).map_err(malformed)?,
        name: "Đơn vị vận hành (giả lập)".to_owned(),
        officer_name: "Phan Thị Vận Hành".to_owned(),
    })
}

/// Where the hub is, as its partners see it.
fn address(folder: &Folder, hub: &Running) -> Result<HubAddress, Failure> {
    Ok(HubAddress {
        uri: format!("https://{}", hub.address()),
        server_name: Some("localhost".to_owned()),
        ca: read_text("--data", &folder.certificates().join("ca.pem"))?,
    })
}

/// Plays the story against `hub`. The one of a freeze at two banks leaves the evidence of one.
async fn tell(folder: &Folder, hub: &Running, story: Option<&str>) -> Result<Option<(Kept, Teller)>, Failure> {
    let outside = Outside {
        hub: address(folder, hub)?,
        hub_id: HUB_ID.to_owned(),
        clock: Arc::new(SandboxClock::new(Arc::new(SystemClock))),
        ids: Arc::new(OsRandom),
        run: folder::random_hex(&OsRandom),
    };
    // Its own commands are some of the story's means.
    write_profiles(folder, hub)?;
    if let Some(name) = story {
        stories::play(name, folder, outside).await?;
        return Ok(None);
    }
    Box::pin(Story::open(folder, outside))
        .await?
        .play(folder)
        .await
        .map(Some)
}

/// A profile for every agency.
fn write_profiles(folder: &Folder, hub: &Running) -> Result<(), Failure> {
    let address = address(folder, hub)?;
    for agency in Cast::whole().agencies {
        profile::write(folder, &agency, &address, HUB_ID)?;
    }
    Ok(())
}

/// How to go on by hand: a profile for every agency, and what to do with it.
fn explain(folder: &Folder, hub: &Running) -> Result<(), Failure> {
    write_profiles(folder, hub)?;
    let (office, bank) = (folder.profile("enforcement"), folder.profile("bank-b"));
    output::line(&format!(
        "\nlistening on {listening}\n\
         Cổng tiếp tục chạy; nhấn Ctrl-C để dừng. Làm tiếp bằng tay ở cửa sổ khác, với tư cách một cơ quan:\n\
         The hub keeps serving; Ctrl-C stops it. Go on by hand in another window, as one of the agencies:\n\n\
         \x20 lienthong inbox --profile {bank}\n\
         \x20 lienthong list --profile {office}\n\
         \x20 lienthong get REQUEST --profile {office}\n\n\
         (lienthong: `cargo run --release --`, target/release/lienthong)\n\
         Hồ sơ kết nối của mỗi cơ quan: {folder}/*.toml; chứng thư số: {folder}/certs; tên máy chủ localhost; aud của mã truy cập: {HUB_ID}.\n\
         Each agency's profile: {folder}/*.toml; certificates: {folder}/certs; server name localhost; aud of tokens: {HUB_ID}.\n\
         tests/python/foreign_client.py shows a client made from the .proto files alone.",
        listening = hub.address(),
        bank = bank.display(),
        office = office.display(),
        folder = folder.path().display(),
    ));
    Ok(())
}
