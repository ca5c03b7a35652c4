//! `lienthong webhook`: addresses of the agency that the hub calls when something comes to its mailbox.

use clap::{Args, Subcommand, ValueEnum};
use lienthong_proto::v1;
use lienthong_proto::v1::replay_deliveries_request::Target;
use serde_json::{Value, json};

use super::connection::ConnectionArgs;
use super::print::OutputArgs;
use super::session::{Session, ask, incomplete};
use super::steps::key_or_fresh;
use super::webhook_verify::WebhookVerify;
use super::{help, view, webhook_text as text, words};
use crate::cli::failure::Failure;
use crate::domain::mailbox::Lane;
use crate::domain::time::Timestamp;
use crate::domain::workflow::Action;
use crate::grpc::convert::time;
use crate::grpc::convert::vocabulary::OnWire as _;

/// Deliveries that are asked for at once.
const PAGE: i32 = 200;

/// See the command's help.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Webhook {
    /// Đăng ký: an address that is called from now on. With --hmac its secret is shown here and never again.
    #[command(after_help = help::WEBHOOK_ADD)]
    Add(Add),
    /// Danh sách: the agency's addresses, their keys, and how they fare.
    #[command(after_help = help::WEBHOOK_LIST)]
    List(List),
    /// Bật lại: an address that was disabled is called again, from where it stopped.
    #[command(after_help = help::WEBHOOK_ENABLE)]
    Enable(Switch),
    /// Tắt: an address is called no more until it is enabled.
    #[command(after_help = help::WEBHOOK_DISABLE)]
    Disable(Switch),
    /// Đổi khóa: another key signs; the former one signs as well for a time.
    #[command(after_help = help::WEBHOOK_ROTATE)]
    Rotate(Rotate),
    /// Gỡ: removes an address for good.
    #[command(after_help = help::WEBHOOK_REMOVE)]
    Remove(Remove),
    /// Đã gửi: what was sent to an address within 30 days, newest entry first.
    #[command(after_help = help::WEBHOOK_DELIVERIES)]
    Deliveries(Deliveries),
    /// Gửi lại: everything from a position or a time on, or one entry.
    #[command(after_help = help::WEBHOOK_REPLAY)]
    Replay(Replay),
    /// Gửi thử: calls an address once and says what came of it.
    #[command(after_help = help::WEBHOOK_TEST)]
    Test(Test),
    /// Kiểm tra chữ ký: whether a call that was received is the hub's; offline.
    #[command(after_help = help::WEBHOOK_VERIFY)]
    Verify(WebhookVerify),
}

impl Webhook {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Add(command) => command.run().await,
            Self::List(command) => command.run().await,
            Self::Enable(command) => command.run(true).await,
            Self::Disable(command) => command.run(false).await,
            Self::Rotate(command) => command.run().await,
            Self::Remove(command) => command.run().await,
            Self::Deliveries(command) => command.run().await,
            Self::Replay(command) => command.run().await,
            Self::Test(command) => command.run().await,
            Self::Verify(command) => command.run(),
        }
    }
}

/// What every write has.
#[derive(Debug, Args)]
struct Common {
    /// Khóa: makes the retry safe; without it a fresh one is made and told.
    #[arg(long, env = "LIENTHONG_KEY", value_name = "KEY")]
    key: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// A lane, as people write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LaneArg {
    /// Khẩn.
    Urgent,
    /// Thường.
    Normal,
}

impl LaneArg {
    fn to_wire(self) -> i32 {
        match self {
            Self::Urgent => Lane::Urgent.to_wire(),
            Self::Normal => Lane::Normal.to_wire(),
        }
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Add {
    /// Địa chỉ: `https://HOST[:PORT]/PATH`, without user, query and fragment; it stands in the log for ever.
    url: String,
    /// Làn: entries of this lane alone; may be given for both.
    #[arg(long, env = "LIENTHONG_LANE", value_delimiter = ',', value_enum)]
    lane: Vec<LaneArg>,
    /// Thao tác: entries about this action alone, for example submit or `answer_final`; may be given several times.
    #[arg(long, env = "LIENTHONG_ACTION", value_delimiter = ',')]
    action: Vec<String>,
    /// Ký bằng khóa bí mật dùng chung: HMAC instead of Ed25519.
    #[arg(long)]
    hmac: bool,
    #[command(flatten)]
    common: Common,
}

impl Add {
    async fn run(self) -> Result<(), Failure> {
        let actions = self.action.iter().map(|name| action(name)).collect::<Result<_, _>>()?;
        let session = self.common.connection.connect().await?;
        let signing = if self.hmac {
            v1::WebhookSigning::Hmac
        } else {
            v1::WebhookSigning::Ed25519
        };
        let message = v1::RegisterEndpointRequest {
            idempotency_key: key_or_fresh(self.common.key),
            url: self.url,
            lanes: self.lane.iter().map(|lane| lane.to_wire()).collect(),
            actions,
            signing: signing.into(),
        };
        let answer = ask!(async || session.webhooks().register_endpoint(message.clone()).await)?;
        let told = (answer.endpoint, answer.secret, answer.receipt);
        finish(&session, self.common.output, told).await
    }
}

fn action(name: &str) -> Result<i32, Failure> {
    let known = name.parse::<Action>();
    known.map(Action::to_wire).map_err(|_unknown| {
        Failure::configuration(
            format!("--action: không có thao tác {name}"),
            format!("--action: there is no action {name}"),
        )
    })
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl List {
    async fn run(self) -> Result<(), Failure> {
        let session = self.connection.connect().await?;
        let endpoints = endpoints(&session).await?;
        self.output.print(
            || json!({ "endpoints": endpoints.iter().map(text::value).collect::<Value>() }),
            || text::list(&endpoints),
        );
        Ok(())
    }
}

async fn endpoints(session: &Session) -> Result<Vec<v1::WebhookEndpoint>, Failure> {
    let message = v1::ListEndpointsRequest {};
    let answer = ask!(async || session.webhooks().list_endpoints(message).await)?;
    Ok(answer.endpoints)
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Switch {
    /// Mã: `whe_…`, as `webhook list` tells it.
    id: String,
    #[command(flatten)]
    common: Common,
}

impl Switch {
    async fn run(self, enabled: bool) -> Result<(), Failure> {
        let session = self.common.connection.connect().await?;
        let all = endpoints(&session).await?;
        let found = all.into_iter().find(|endpoint| endpoint.endpoint_id == self.id);
        let endpoint = found.ok_or_else(|| {
            Failure::failed(
                format!("Không tìm thấy địa chỉ {}; xem: lienthong webhook list", self.id),
                format!("No endpoint {}; see: lienthong webhook list", self.id),
            )
        })?;
        let message = v1::UpdateEndpointRequest {
            idempotency_key: key_or_fresh(self.common.key),
            endpoint_id: endpoint.endpoint_id,
            url: endpoint.url,
            lanes: endpoint.lanes,
            actions: endpoint.actions,
            enabled,
        };
        let answer = ask!(async || session.webhooks().update_endpoint(message.clone()).await)?;
        let told = (answer.endpoint, String::new(), answer.receipt);
        finish(&session, self.common.output, told).await
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Rotate {
    /// Mã: `whe_…`.
    id: String,
    /// Số giờ khóa cũ còn ký: for how many hours the former key signs as well, 0 to 168; 0 for a key that others know.
    #[arg(long, env = "LIENTHONG_OVERLAP_HOURS", value_name = "HOURS")]
    overlap_hours: Option<i32>,
    #[command(flatten)]
    common: Common,
}

impl Rotate {
    async fn run(self) -> Result<(), Failure> {
        let session = self.common.connection.connect().await?;
        let message = v1::RotateEndpointKeyRequest {
            idempotency_key: key_or_fresh(self.common.key),
            endpoint_id: self.id,
            overlap_hours: self.overlap_hours,
        };
        let answer = ask!(async || session.webhooks().rotate_endpoint_key(message.clone()).await)?;
        let told = (answer.endpoint, answer.secret, answer.receipt);
        finish(&session, self.common.output, told).await
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Remove {
    /// Mã: `whe_…`.
    id: String,
    #[command(flatten)]
    common: Common,
}

impl Remove {
    async fn run(self) -> Result<(), Failure> {
        let session = self.common.connection.connect().await?;
        let message = v1::RemoveEndpointRequest {
            idempotency_key: key_or_fresh(self.common.key),
            endpoint_id: self.id,
        };
        let answer = ask!(async || session.webhooks().remove_endpoint(message.clone()).await)?;
        let receipt = answer.receipt.ok_or_else(|| incomplete("receipt"))?;
        let id = &message.endpoint_id;
        self.common.output.print(
            || json!({ "endpoint_id": id, "receipt": view::receipt(&receipt) }),
            || format!("Đã gỡ / removed: {id}\n"),
        );
        session.hold(receipt.checkpoint.as_ref()).await
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Deliveries {
    /// Mã: `whe_…`.
    id: String,
    /// Chưa đến: only what has not arrived.
    #[arg(long)]
    undelivered: bool,
    /// Tất cả: every page; without it the newest ones only.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Deliveries {
    async fn run(self) -> Result<(), Failure> {
        let session = self.connection.connect().await?;
        let mut asked = v1::ListDeliveriesRequest {
            endpoint_id: self.id,
            undelivered_only: self.undelivered,
            page_size: PAGE,
            page_token: String::new(),
        };
        let mut deliveries = Vec::new();
        loop {
            let page = ask!(async || session.webhooks().list_deliveries(asked.clone()).await)?;
            deliveries.extend(page.deliveries);
            asked.page_token = page.next_page_token;
            if !self.all || asked.page_token.is_empty() {
                break;
            }
        }
        let more = !asked.page_token.is_empty();
        self.output.print(
            || json!({ "deliveries": deliveries.iter().map(text::delivery_value).collect::<Value>(), "more": more }),
            || text::deliveries(&deliveries, more),
        );
        Ok(())
    }
}

/// See the command's help.
#[derive(Debug, Args)]
#[group(required = true, multiple = false, id = "target")]
pub(in crate::cli) struct ReplayTarget {
    /// Sau vị trí: everything after this position of --lane; 0: all of it.
    #[arg(long, env = "LIENTHONG_AFTER", value_name = "POSITION", requires = "lane")]
    after: Option<i64>,
    /// Từ thời điểm: everything entered at or after this time (RFC 3339), in both lanes.
    #[arg(long, env = "LIENTHONG_SINCE", value_name = "TIME")]
    since: Option<String>,
    /// Một mục: the entry at this position of --lane, at once and once.
    #[arg(long, env = "LIENTHONG_ONLY", value_name = "POSITION", requires = "lane")]
    only: Option<i64>,
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Replay {
    /// Mã: `whe_…`.
    id: String,
    #[command(flatten)]
    target: ReplayTarget,
    /// Làn: which lane --after and --only count in.
    #[arg(long, env = "LIENTHONG_LANE", value_enum)]
    lane: Option<LaneArg>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Replay {
    fn target(&self) -> Result<Option<Target>, Failure> {
        let place = |position| v1::LanePosition {
            lane: self.lane.map_or(0, LaneArg::to_wire),
            position,
        };
        if let Some(since) = &self.target.since {
            let stated = Timestamp::parse_rfc3339(since).ok_or_else(|| {
                Failure::configuration(
                    "--since: cần thời điểm dạng 2026-11-20T09:00:00+07:00",
                    "--since: expected a time like 2026-11-20T09:00:00+07:00",
                )
            })?;
            return Ok(Some(Target::Time(time(stated))));
        }
        let after = self.target.after.map(|position| {
            Target::Positions(v1::LanePositions {
                positions: vec![place(position)],
            })
        });
        Ok(after.or(self.target.only.map(|position| Target::Delivery(place(position)))))
    }

    async fn run(self) -> Result<(), Failure> {
        let target = self.target()?;
        let session = self.connection.connect().await?;
        let message = v1::ReplayDeliveriesRequest {
            endpoint_id: self.id,
            target,
        };
        let answer = ask!(async || session.webhooks().replay_deliveries(message.clone()).await)?;
        self.output.print(
            || {
                let outcome = Some(answer.outcome).filter(|outcome| *outcome != 0);
                json!({
                    "positions": answer.positions.iter().map(text::position_value).collect::<Value>(),
                    "outcome": outcome.map(words::webhook_outcome),
                    "status_code": answer.status_code,
                })
            },
            || text::replayed(&answer),
        );
        Ok(())
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Test {
    /// Mã: `whe_…`.
    id: String,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Test {
    async fn run(self) -> Result<(), Failure> {
        let session = self.connection.connect().await?;
        let message = v1::SendTestEventRequest { endpoint_id: self.id };
        let answer = ask!(async || session.webhooks().send_test_event(message.clone()).await)?;
        self.output.print(
            || {
                json!({
                    "outcome": words::webhook_outcome(answer.outcome),
                    "status_code": answer.status_code,
                    "webhook_id": answer.webhook_id,
                })
            },
            || text::outcome(answer.outcome, answer.status_code),
        );
        if answer.outcome() == v1::WebhookOutcome::Delivered {
            return Ok(());
        }
        Err(Failure::failed(
            "Địa chỉ không nhận được báo.",
            "The endpoint did not take the event.",
        ))
    }
}

async fn finish(
    session: &Session,
    output: OutputArgs,
    (endpoint, secret, receipt): (Option<v1::WebhookEndpoint>, String, Option<v1::Receipt>),
) -> Result<(), Failure> {
    let endpoint = endpoint.ok_or_else(|| incomplete("endpoint"))?;
    let receipt = receipt.ok_or_else(|| incomplete("receipt"))?;
    output.print(
        || {
            let mut value = text::value(&endpoint);
            view::set(&mut value, "secret", view::text(&secret));
            view::set(&mut value, "receipt", view::receipt(&receipt));
            value
        },
        || text::one(&endpoint, &secret),
    );
    session.hold(receipt.checkpoint.as_ref()).await
}
