//! `lienthong witness`: somebody outside the hub who looks at its log again and again, signs that it only grows, and raises the
//! alarm when it does not. What it has seen is on its disk before its signature leaves, so it never signs two logs of one size.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use lienthong_proto::v1;

use super::client::connection::ConnectionArgs;
use super::client::log_memory::{alarm_failure, check_fault, folder_fault};
use super::client::session::{Session, refused};
use super::failure::Failure;
use super::output;
use super::verify_receipt::hub_keys;
use crate::client::log_memory::{
    CheckError, Checked, Fits, FolderError, LogFolder, Memory, Trusted, check, write_whole,
};
use crate::client::witness_key::{Cosigner, WitnessKeyError};
use crate::domain::time::{Clock as _, Timestamp};
use crate::evidence::hub_key::HubKey;
use crate::evidence::note::Note;
use crate::server::clock::SystemClock;

pub(super) const AFTER_HELP: &str = "\
Ví dụ / examples:
  lienthong witness --state DIR --new-key witness.vks.example       makes the key, prints its public half: publish that
  lienthong witness --state DIR --profile vks.toml --hub-keys hub.keys                follows the hub until it is stopped
  lienthong witness --state DIR --profile vks.toml --once                             looks once, for a timer
  lienthong witness --state DIR --acknowledge                       a person has dealt with an alarm

The checkpoint with the hub's signatures and this witness's is written to --publish (DIR/checkpoint unless said): hand it to
whoever must check the hub, for example by a web server. See docs/witness.md.

Trạng thái kết thúc / exit status:
  0  --once: nhật ký nối tiếp đúng, đã ký / the log goes on as it should and was signed
  1  báo động, hoặc không xem được / an alarm (also one that still stands), or with --once: it could not be looked at
  2  dùng lệnh sai, hoặc thư mục hỏng / wrong usage, or the folder is damaged";

/// The longest time that one look may take.
const LONGEST_LOOK: Duration = Duration::from_secs(30);
/// The longest wait while the hub is away, unless the interval is longer.
const LONGEST_WAIT: Duration = Duration::from_mins(15);

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct Witness {
    /// Thư mục của bên làm chứng: its key, what it remembers of the log, and alarms. One log, one folder, one process.
    #[arg(long, env = "LIENTHONG_STATE", value_name = "DIR")]
    state: PathBuf,
    /// Tạo khóa: makes the key of a witness with this name (like a web address without https://) and prints its public half.
    #[arg(long, env = "LIENTHONG_NEW_KEY", value_name = "NAME", conflicts_with_all = ["once", "acknowledge"])]
    new_key: Option<String>,
    /// Đã xử lý báo động: keeps the evidence under another name, so that the witness looks again. What it remembers stays.
    #[arg(long, conflicts_with = "once")]
    acknowledge: bool,
    /// Xem một lần rồi thôi: looks once and ends.
    #[arg(long)]
    once: bool,
    /// Chu kỳ, giây: seconds between two looks. While the hub is away it waits longer, up to 15 minutes.
    #[arg(long, env = "LIENTHONG_INTERVAL", value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    interval: u64,
    /// Địa chỉ khác của cùng nhật ký: another hub of the same log; may be given several times. All must show one log.
    #[arg(long, env = "LIENTHONG_ALSO_HUB", value_name = "URL", value_delimiter = ',')]
    also_hub: Vec<String>,
    /// Tệp công bố: where the cosigned checkpoint is written. Default: DIR/checkpoint.
    #[arg(long, env = "LIENTHONG_PUBLISH", value_name = "FILE")]
    publish: Option<PathBuf>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Why a look came to nothing.
enum Trouble {
    /// The hub was away, or what it showed says nothing: it is looked at again.
    Passing(Failure),
    /// The hub has shown two logs, or has lost entries.
    Alarm(Failure),
}

impl Witness {
    pub(super) async fn run(self) -> Result<(), Failure> {
        if let Some(name) = &self.new_key {
            let made = new_key(&self.state, name)?;
            output::line(&made.public().to_string());
            return Ok(());
        }
        let folder = LogFolder::open(&self.state)?;
        if self.acknowledge {
            return acknowledge(&folder);
        }
        let witness = Follower {
            cosigner: Cosigner::open(&self.state)?,
            publish: self.publish.clone().unwrap_or_else(|| self.state.join("checkpoint")),
            folder,
            connection: &self.connection,
            also_hub: &self.also_hub,
        };
        witness.require_quiet()?;
        witness.folder.begun_memory()?;
        let mut failed = 0_u32;
        loop {
            let mut trouble = None;
            for address in witness.addresses() {
                match witness.look_in_time(address).await {
                    Ok(()) => {}
                    Err(Trouble::Alarm(failure)) => return Err(failure),
                    Err(Trouble::Passing(failure)) => {
                        if let Some(earlier) = trouble.replace(failure) {
                            earlier.report();
                        }
                    }
                }
            }
            match trouble {
                Some(failure) if self.once => return Err(failure),
                None if self.once => return Ok(()),
                Some(failure) => {
                    failure.report();
                    failed = failed.saturating_add(1);
                }
                None => failed = 0,
            }
            tokio::time::sleep(wait(Duration::from_secs(self.interval), failed)).await;
        }
    }
}

/// A key and, beside it, that nothing was signed yet. A folder with a key but without a memory has lost it, so the order counts: one
/// that has a key is left as it is.
fn new_key(folder: &Path, name: &str) -> Result<Cosigner, Failure> {
    let memory = LogFolder::open(folder)?;
    if !Cosigner::stands_in(folder) {
        memory.begin()?;
    }
    Ok(Cosigner::create(folder, name)?)
}

/// How long to wait after so many looks in a row that came to nothing.
fn wait(interval: Duration, failed: u32) -> Duration {
    let doubled = interval.saturating_mul(2_u32.saturating_pow(failed));
    doubled.min(LONGEST_WAIT.max(interval))
}

fn acknowledge(folder: &LogFolder) -> Result<(), Failure> {
    match folder.acknowledge(SystemClock.now())? {
        Some(kept) => {
            let kept = kept.display();
            output::line(&format!(
                "Chứng cứ giữ tại {kept}. Bên làm chứng xem lại từ nhật ký đã nhớ.\nThe evidence is kept in {kept}. The witness looks again, \
                 from the log that it remembers."
            ));
        }
        None => output::line("Không có báo động nào. / No alarm stands."),
    }
    Ok(())
}

/// A witness at work.
struct Follower<'a> {
    cosigner: Cosigner,
    folder: LogFolder,
    publish: PathBuf,
    connection: &'a ConnectionArgs,
    also_hub: &'a [String],
}

impl Follower<'_> {
    /// Every hub of the log; the profile's own first.
    fn addresses(&self) -> impl Iterator<Item = Option<&str>> {
        std::iter::once(None).chain(self.also_hub.iter().map(|hub| Some(hub.as_str())))
    }

    fn require_quiet(&self) -> Result<(), Failure> {
        let Some(alarm) = self.folder.alarm() else {
            return Ok(());
        };
        let alarm = alarm.display();
        Err(Failure::failed(
            format!(
                "BÁO ĐỘNG chưa được xử lý; chứng cứ ở {alarm}. Không ký gì cho tới khi có người chạy --acknowledge. Xem docs/witness.md"
            ),
            format!(
                "An ALARM stands; its evidence is in {alarm}. Nothing is signed until a person gives --acknowledge. See docs/witness.md"
            ),
        ))
    }

    async fn look_in_time(&self, address: Option<&str>) -> Result<(), Trouble> {
        let looked = tokio::time::timeout(LONGEST_LOOK, self.look(address)).await;
        looked.unwrap_or_else(|_elapsed| {
            Err(Trouble::Passing(Failure::failed(
                "cổng không trả lời trong 30 giây",
                "the hub did not answer within 30 seconds",
            )))
        })
    }

    /// Looks at the newest checkpoint; remembers it, then signs it. Connection, certificates and published keys are taken afresh, so
    /// that they may be renewed while the witness runs.
    async fn look(&self, address: Option<&str>) -> Result<(), Trouble> {
        let session = self.connection.connect_to(address).await?;
        let note = newest(&session).await?;
        let published = self.connection.hub_keys()?.as_deref().map(hub_keys).transpose()?;
        let trusted = published.as_deref().map_or(Trusted::Met, Trusted::Published);
        let memory = self.folder.begun_memory()?;
        let origin = session.hub_id();
        let mut checked = check(&mut session.evidence(), origin, memory.as_ref(), &note, trusted).await?;
        if checked.is_shorter() {
            checked = self
                .ask_others(address, memory.as_ref(), &note, trusted, checked)
                .await?;
        }
        let fits = match checked {
            Checked::Fits(fits) => fits,
            Checked::Alarm(alarm) => {
                let kept = self.folder.raise(&alarm, session.now())?;
                return Err(Trouble::Alarm(alarm_failure(&alarm, origin, &kept)));
            }
        };
        let Some(fresh) = fits.memory() else { return Ok(()) };
        let known = memory.as_ref().map_or(&[][..], |memory| memory.keys());
        for key in fresh.keys().iter().filter(|key| !known.contains(key)) {
            output::line(&met(key, published.is_some()));
        }
        if memory.as_ref() != Some(fresh) {
            self.folder.remember(fresh)?;
        }
        self.sign(fresh.note(), session.now())?;
        if !matches!(fits, Fits::Same(_)) {
            let size = fresh.checkpoint().tree.size;
            output::line(&format!("Đã ký / cosigned: {origin}, {size} mục / entries"));
        }
        Ok(())
    }

    /// A hub that ends before what is remembered has lost entries, or lags behind another hub of its log: that one can prove whether
    /// what was shown is the beginning of what is remembered.
    async fn ask_others(
        &self,
        asked: Option<&str>,
        memory: Option<&Memory>,
        note: &str,
        trusted: Trusted<'_>,
        shorter: Checked,
    ) -> Result<Checked, Trouble> {
        let mut away = None;
        for address in self.addresses().filter(|address| *address != asked) {
            let told = async {
                let session = self.connection.connect_to(address).await?;
                let checked = check(&mut session.evidence(), session.hub_id(), memory, note, trusted).await;
                checked.map_err(Trouble::from)
            };
            match told.await {
                Ok(checked) if checked.is_shorter() => {}
                Ok(checked) => {
                    if matches!(checked, Checked::Fits(_)) {
                        output::line(&lags(asked));
                    }
                    return Ok(checked);
                }
                Err(Trouble::Alarm(failure) | Trouble::Passing(failure)) => away = Some(failure),
            }
        }
        away.map_or(Ok(shorter), |failure| Err(Trouble::Passing(not_told(asked, &failure))))
    }

    fn sign(&self, note: &str, now: Timestamp) -> Result<(), Trouble> {
        let note = Note::parse(note).map_err(|_malformed| CheckError::Checkpoint(MALFORMED))?;
        let cosigned = self.cosigner.cosign(note, now);
        Ok(write_whole(&self.publish, &cosigned.to_string())?)
    }
}

/// A key of the hub that was not known before.
fn met(key: &HubKey, is_published: bool) -> String {
    if is_published {
        format!("Khóa của cổng, có trong --hub-keys / keys of the hub, among those of --hub-keys: {key}")
    } else {
        format!(
            "Khóa của cổng gặp lần đầu; so với bản được công bố / keys of the hub met for the first time; compare with those published: {key}"
        )
    }
}

/// How a hub is called that was looked at.
fn called(address: Option<&str>) -> &str {
    address.unwrap_or("--hub")
}

fn lags(address: Option<&str>) -> String {
    let hub = called(address);
    format!(
        "Cổng {hub} chậm hơn cổng khác của cùng nhật ký; phần đã có thì khớp / the hub {hub} lags behind another one of its log; what it has fits"
    )
}

fn not_told(address: Option<&str>, failure: &Failure) -> Failure {
    let (hub, (vi, en)) = (called(address), failure.texts());
    Failure::failed(
        format!(
            "Nhật ký của cổng {hub} ngắn hơn phần đã nhớ: cổng đó chậm hơn, hoặc đã mất mục; cổng khác chưa hỏi được: {vi}"
        ),
        format!(
            "The log of the hub {hub} is shorter than what is remembered: it lags, or has lost entries; another hub could not be asked: {en}"
        ),
    )
}

const MALFORMED: crate::evidence::checkpoint::CheckpointError = crate::evidence::checkpoint::CheckpointError::Malformed;

async fn newest(session: &Session) -> Result<String, Trouble> {
    let asked = v1::GetCheckpointRequest { tree_size: 0 };
    let told = session.evidence().get_checkpoint(asked).await;
    let told = told.map_err(|status| refused(status.into()))?.into_inner().checkpoint;
    Ok(told.map(|checkpoint| checkpoint.note).unwrap_or_default())
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Passing(failure)
    }
}

impl From<CheckError> for Trouble {
    fn from(error: CheckError) -> Self {
        Self::Passing(Failure::failed(
            format!("Không ký: {}", check_fault(&error)),
            format!("Nothing was signed: {error}"),
        ))
    }
}

impl From<FolderError> for Trouble {
    fn from(error: FolderError) -> Self {
        Self::Passing(error.into())
    }
}

impl From<FolderError> for Failure {
    fn from(error: FolderError) -> Self {
        Self::configuration(
            format!("--state: {}", folder_fault(&error)),
            format!("--state: {error}"),
        )
    }
}

impl From<WitnessKeyError> for Failure {
    fn from(error: WitnessKeyError) -> Self {
        let of = |path: &Path| path.display().to_string();
        let vi = match &error {
            WitnessKeyError::Exists(path) => format!("--new-key: thư mục {} đã có khóa", of(path)),
            WitnessKeyError::Missing(path) => {
                format!("--state: thư mục {} chưa có khóa; tạo bằng --new-key TÊN", of(path))
            }
            WitnessKeyError::Name => "--new-key: tên không được có khoảng trắng hoặc dấu cộng".to_owned(),
            WitnessKeyError::Damaged(path) => format!("--state: tệp {} bị hỏng", of(path)),
            WitnessKeyError::File { path, source } => {
                format!("--state: không đọc hoặc ghi được {}: {source}", of(path))
            }
        };
        Self::configuration(vi, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_while_the_hub_is_away_and_has_an_end() {
        let seconds = |interval, failed| wait(Duration::from_secs(interval), failed).as_secs();
        assert_eq!(
            [0, 1, 2, 3, 4, 5, 40].map(|failed| seconds(60, failed)),
            [60, 120, 240, 480, 900, 900, 900]
        );
        assert_eq!(seconds(86_400, 7), 86_400);
    }
}
