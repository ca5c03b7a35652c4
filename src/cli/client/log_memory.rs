//! What this partner remembers of the hub's log between commands: whatever shows a receipt is held against it, at the cost of one
//! call at most. The folder belongs to everybody who uses it for one hub.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use lienthong_proto::v1::evidence_service_client::EvidenceServiceClient;

use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::verify_receipt::hub_keys;
use crate::client::channel::HubChannel;
use crate::client::log_memory::{Alarm, CheckError, Checked, FolderError, LogFolder, Trusted, check};
use crate::domain::time::Timestamp;
use crate::evidence::digest::{hex, sha256};

/// The longest time that the comparison may hold up a command.
const LONGEST: Duration = Duration::from_secs(10);
/// How often, and how many times, to look whether another command is done with the folder.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
const LOOKS: u32 = 50;

/// Where the log is remembered.
#[derive(Debug, Clone, Default, Args)]
pub(in crate::cli) struct MemoryArgs {
    /// Khóa công khai của cổng: the hub's published keys; without it those that were met before are believed.
    #[arg(long, env = "LIENTHONG_HUB_KEYS", value_name = "FILE")]
    pub(super) hub_keys: Option<PathBuf>,
    /// Thư mục nhớ nhật ký của cổng: the last checkpoint seen is kept here, and what the hub shows later must go on from it.
    /// Default: `log-memory` beside the profile.
    #[arg(long, env = "LIENTHONG_LOG_MEMORY", value_name = "DIR")]
    log_memory: Option<PathBuf>,
    /// Không nhớ và không đối chiếu nhật ký của cổng: neither remembers nor compares.
    #[arg(long)]
    no_log_memory: bool,
}

impl MemoryArgs {
    /// These, and of a profile what they leave out.
    pub(super) fn or(self, hub_keys: Option<PathBuf>, log_memory: Option<PathBuf>) -> Self {
        Self {
            hub_keys: self.hub_keys.or(hub_keys),
            log_memory: self.log_memory.or(log_memory),
            ..self
        }
    }
}

/// What is remembered of one hub's log.
#[derive(Debug)]
pub(in crate::cli) struct LogMemory {
    origin: String,
    folder: PathBuf,
    hub_keys: Option<PathBuf>,
}

impl LogMemory {
    /// As the options say; `None` if nothing is to be remembered.
    pub(super) fn of(arguments: MemoryArgs, origin: &str) -> Option<Self> {
        let folder = arguments.log_memory.filter(|_| !arguments.no_log_memory)?;
        Some(Self {
            folder: folder.join(folder_name(origin)),
            origin: origin.to_owned(),
            hub_keys: arguments.hub_keys,
        })
    }

    /// Refuses to go on while an alarm stands that nobody has looked at.
    pub(super) fn require_quiet(&self) -> Result<(), Failure> {
        let Some(alarm) = LogFolder::alarm_in(&self.folder) else {
            return Ok(());
        };
        let alarm = alarm.display();
        Err(Failure::failed(
            format!(
                "BÁO ĐỘNG về nhật ký của cổng {origin} chưa được xử lý; chứng cứ ở {alarm}. Không gửi gì. Báo cho đơn vị vận hành, \
                 Viện kiểm sát và bên làm chứng; xem docs/witness.md. Việc khẩn: thêm --no-log-memory. Xử lý xong thì chuyển thư mục đó đi nơi khác",
                origin = self.origin
            ),
            format!(
                "An ALARM about the log of {origin} stands; its evidence is in {alarm}. Nothing was sent. Tell the operator, the \
                 procuracy and a witness; see docs/witness.md. For what is urgent: --no-log-memory. When it is settled, move that folder away",
                origin = self.origin
            ),
        ))
    }

    /// Holds a checkpoint against what is remembered, and remembers it.
    pub(super) async fn hold(
        &self,
        evidence: EvidenceServiceClient<HubChannel>,
        note: &str,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let compared = tokio::time::timeout(LONGEST, self.compare(evidence, note, now)).await;
        match compared {
            Ok(Ok(None)) => Ok(()),
            Ok(Ok(Some((alarm, folder)))) => Err(alarm_failure(&alarm, &self.origin, &folder)),
            Ok(Err(NotCompared { vi, en, is_fault: true })) => Err(Failure::failed(
                format!("Cổng đã nhận, nhưng biên nhận không chứng minh được gì: {vi}"),
                format!("The hub has accepted, but its receipt proves nothing: {en}"),
            )),
            Ok(Err(why)) => {
                not_compared(&why.vi, &why.en);
                Ok(())
            }
            Err(_elapsed) => {
                not_compared("cổng không trả lời kịp", "the hub did not answer in time");
                Ok(())
            }
        }
    }

    async fn compare(
        &self,
        mut evidence: EvidenceServiceClient<HubChannel>,
        note: &str,
        now: Timestamp,
    ) -> Result<Option<(Alarm, PathBuf)>, NotCompared> {
        let published = self.hub_keys.as_deref().map(hub_keys).transpose()?;
        let trusted = published.as_deref().map_or(Trusted::Met, Trusted::Published);
        let folder = self.open().await?;
        let memory = folder.memory()?;
        match check(&mut evidence, &self.origin, memory.as_ref(), note, trusted).await? {
            Checked::Fits(fits) => {
                if let Some(fresh) = fits.memory().filter(|fresh| Some(*fresh) != memory.as_ref()) {
                    folder.remember(fresh)?;
                }
                Ok(None)
            }
            Checked::Alarm(alarm) => {
                let kept = folder.raise(&alarm, now)?;
                Ok(Some((*alarm, kept)))
            }
        }
    }

    /// The folder, as soon as no other command has it.
    async fn open(&self) -> Result<LogFolder, FolderError> {
        let mut looks = 0;
        loop {
            match LogFolder::open(&self.folder) {
                Err(FolderError::InUse(_)) if looks < LOOKS => looks += 1,
                opened => return opened,
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }
}

/// A folder's name for a log: its own where that may be one.
fn folder_name(origin: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if origin.starts_with('.') || origin.is_empty() || !origin.chars().all(is_plain) {
        hex(&sha256(origin.as_bytes()))
    } else {
        origin.to_owned()
    }
}

/// Why nothing was compared, in both languages.
struct NotCompared {
    vi: String,
    en: String,
    /// What the hub has shown is not good. Else it or the folder was out of reach, which fails no command.
    is_fault: bool,
}

impl From<CheckError> for NotCompared {
    fn from(error: CheckError) -> Self {
        Self {
            vi: check_fault(&error),
            en: error.to_string(),
            is_fault: !matches!(error, CheckError::Refused(_)),
        }
    }
}

impl From<FolderError> for NotCompared {
    fn from(error: FolderError) -> Self {
        Self {
            vi: folder_fault(&error),
            en: error.to_string(),
            is_fault: false,
        }
    }
}

impl From<Failure> for NotCompared {
    fn from(failure: Failure) -> Self {
        let (vi, en) = failure.texts();
        Self {
            vi: vi.to_owned(),
            en: en.to_owned(),
            is_fault: false,
        }
    }
}

fn not_compared(vi: &str, en: &str) {
    output::error(&format!(
        "Chưa đối chiếu được nhật ký của cổng với lần trước: {vi}\nThe hub's log was not compared with what is remembered: {en}\n"
    ));
}

/// What is wrong with a checkpoint, Vietnamese.
pub(in crate::cli) fn check_fault(error: &CheckError) -> String {
    use crate::evidence::checkpoint::CheckpointError;
    match error {
        CheckError::Refused(refusal) => refusal.vi.clone(),
        CheckError::Checkpoint(CheckpointError::Malformed) => "điểm kiểm tra không đọc được".to_owned(),
        CheckError::Checkpoint(CheckpointError::UnknownKey) => {
            "điểm kiểm tra không do khóa nào của nhật ký này ký".to_owned()
        }
        CheckError::Checkpoint(CheckpointError::WrongSignature) => "chữ ký trên điểm kiểm tra không đúng".to_owned(),
        CheckError::Checkpoint(CheckpointError::RetiredKey) => "điểm kiểm tra do khóa đã thôi dùng ký".to_owned(),
        CheckError::UnknownKey => {
            "điểm kiểm tra do khóa không có trong --hub-keys ký; lấy bản khóa mới do đơn vị vận hành công bố".to_owned()
        }
        CheckError::OtherLog { expected, seen } => format!("đây là nhật ký của {seen}, không phải của {expected}"),
    }
}

/// What is wrong with a folder, Vietnamese.
pub(in crate::cli) fn folder_fault(error: &FolderError) -> String {
    match error {
        FolderError::InUse(path) => format!("thư mục {} đang được tiến trình khác dùng", path.display()),
        FolderError::Damaged(path) => format!("tệp {} bị hỏng", path.display()),
        FolderError::Lost(path) => format!(
            "mất tệp {}: không còn nhớ những gì đã ký, nên có thể ký hai gốc cây cho cùng một số mục. Còn giữ bản mới nhất thì đưa lại; \
             nếu không, tạo thư mục mới với khóa mới (--new-key) và công bố khóa đó",
            path.display()
        ),
        FolderError::WouldGoBack(path) => format!("thư mục {} đã nhớ nhật ký dài hơn hoặc khác", path.display()),
        FolderError::File { path, source } => format!("không đọc hoặc ghi được {}: {source}", path.display()),
    }
}

/// An alarm, as the failure of the command that found it.
pub(in crate::cli) fn alarm_failure(alarm: &Alarm, origin: &str, folder: &std::path::Path) -> Failure {
    let Alarm {
        split,
        remembered_size,
        seen_size,
        ..
    } = alarm;
    let (code, folder) = (split.code(), folder.display());
    Failure::failed(
        format!(
            "\n*** BÁO ĐỘNG ({code}) ***\nNhật ký của cổng {origin}: {vi}.\nĐã nhớ {remembered_size} mục, nay thấy {seen_size} mục. \
             Chứng cứ giữ tại {folder}: hai điểm kiểm tra có chữ ký của cổng và bằng chứng không khớp. Không xóa; báo ngay cho đơn vị \
             vận hành và Viện kiểm sát. Xem docs/witness.md.",
            vi = split.vi()
        ),
        format!(
            "\n*** ALARM ({code}) ***\nThe log of {origin}: {split}.\n{remembered_size} entries are remembered, {seen_size} were shown. The \
             evidence is kept in {folder}: two checkpoints that the hub has signed, and the proof that does not hold. Do not delete it; tell \
             the operator and the procuracy at once. See docs/witness.md."
        ),
    )
}
