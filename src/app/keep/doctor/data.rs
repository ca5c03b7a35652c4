//! The log and what is kept beside it.

use std::collections::BTreeMap;

use super::super::Result;
use super::finding::Finding;
use crate::domain::event::Beside;
use crate::evidence::digest::{hex, salted, sha256};
use crate::evidence::leaf::{EntryType, Leaf};
use crate::store::Snapshot;
use crate::store::rows::{BodyRow, EventRow, Head, LogEntry};

const STOP: (&str, &str) = (
    "Dừng cổng, giữ nguyên cơ sở dữ liệu làm bằng chứng, phục hồi từ bản sao lưu đã kiểm tra và báo người phụ trách.",
    "Stop the hub, keep the database as it is for evidence, restore a checked backup, and tell those responsible.",
);

fn size(head: &Head) -> i64 {
    i64::try_from(head.frontier.size()).unwrap_or(i64::MAX)
}

/// The head is that of the last checkpoint.
pub(super) async fn checkpoint(snapshot: &mut Snapshot, head: &Head) -> Result<Finding> {
    const CHECK: &str = "checkpoint";
    let last = snapshot.last_checkpoint().await?;
    let fits = head.frontier.root() == head.root
        && match &last {
            None => head.frontier.size() == 0,
            Some(last) => last.tree_size == size(head) && last.root_hash == head.root && last.hub_time == head.hub_time,
        };
    let (count, root) = (head.frontier.size(), hex(&head.root));
    Ok(if fits {
        Finding::ok(
            CHECK,
            format!("Nhật ký có {count} mục, gốc cây {root}, khớp điểm kiểm tra cuối."),
            format!("The log has {count} entries, root {root}, as the last checkpoint says."),
        )
    } else {
        Finding::fail(
            CHECK,
            format!("Đầu nhật ký ({count} mục) không khớp điểm kiểm tra cuối."),
            format!("The head of the log ({count} entries) is not that of the last checkpoint."),
            STOP,
        )
    })
}

/// The indexes are dense, one event for each entry.
pub(super) async fn log(snapshot: &mut Snapshot, head: &Head) -> Result<Finding> {
    const CHECK: &str = "log";
    let size = size(head);
    let shape = snapshot.log_shape(size).await?;
    let is_dense = shape.entries == size && shape.events == size && shape.outside == 0 && shape.unmatched == 0;
    Ok(if is_dense {
        Finding::ok(
            CHECK,
            "Số thứ tự nhật ký liên tục, mỗi mục một sự kiện.",
            "The log's indexes are dense, with one event for each entry.",
        )
    } else {
        Finding::fail(
            CHECK,
            format!(
                "Nhật ký không liên tục: cần {size} mục, có {} mục và {} sự kiện.",
                shape.entries, shape.events
            ),
            format!(
                "The log is not dense: {size} entries are due, there are {} entries and {} events.",
                shape.entries, shape.events
            ),
            STOP,
        )
    })
}

/// The last entries are those of their events and bodies.
pub(super) async fn leaves(snapshot: &mut Snapshot, head: &Head, recent: i64) -> Result<Finding> {
    const CHECK: &str = "leaves";
    let end = size(head);
    let first = end.saturating_sub(recent).max(0);
    let entries = snapshot.entries(first, end).await?;
    let events = snapshot.events(first).await?;
    let events: BTreeMap<i64, &EventRow> = events.iter().map(|event| (event.log_index, event)).collect();
    let mut wrong = Vec::new();
    for entry in &entries {
        let body = snapshot.body(entry.log_index).await?;
        if !is_of(entry, events.get(&entry.log_index).copied(), body.as_ref()) {
            wrong.push(entry.log_index);
        }
    }
    let count = entries.len();
    Ok(match wrong.first() {
        None => Finding::ok(
            CHECK,
            format!("{count} mục nhật ký mới nhất tính lại đều đúng."),
            format!("The last {count} entries, computed again, are right."),
        ),
        Some(first) => Finding::fail(
            CHECK,
            format!(
                "{} mục nhật ký không đúng với sự kiện hoặc nội dung, mục đầu tiên: {first}.",
                wrong.len()
            ),
            format!(
                "{} entries are not those of their events or contents, the first one: {first}.",
                wrong.len()
            ),
            STOP,
        ),
    })
}

fn is_of(entry: &LogEntry, event: Option<&EventRow>, body: Option<&BodyRow>) -> bool {
    let (Ok(leaf), Some(event)) = (Leaf::decode(&entry.leaf), event) else {
        return false;
    };
    let says_the_same = i64::try_from(leaf.log_index) == Ok(entry.log_index)
        && leaf.row_digest == event.digest()
        && leaf.entry_type.code() == event.entry_type
        && leaf.hub_time == event.hub_time.micros()
        && leaf.version == event.version
        && leaf.subject == event.subject
        && leaf.action == event.action
        && leaf.agency == event.agency.as_str();
    let sealed = Beside::of(&event.details).map(|beside| beside.sealed);
    let is_body = |body: &BodyRow| match (body.salt.as_deref(), body.content.as_deref(), &sealed) {
        (None, Some(content), Ok(Some(told))) => hex(&sha256(content)) == *told,
        (Some(salt), Some(content), Ok(None)) => salted(salt, content) == leaf.content_digest,
        _ => false,
    };
    says_the_same && body.is_none_or(is_body)
}

/// What can be computed from the events says what they say, as far as sums tell.
pub(super) async fn projections(snapshot: &mut Snapshot, head: &Head) -> Result<Finding> {
    const CHECK: &str = "projections";
    let counts = [
        ("hộp thư", "mailboxes", snapshot.lanes_wrong().await?),
        ("yêu cầu", "requests", snapshot.requests_wrong().await?),
        (
            "khóa chống trùng",
            "idempotency keys",
            snapshot.keys_wrong(size(head)).await?,
        ),
        (
            "phiên bản danh bạ",
            "registry version",
            head.registry_version - snapshot.events_of_type(EntryType::Registry).await?,
        ),
        (
            "phiên bản lịch",
            "calendar version",
            head.calendar_version - snapshot.events_of_type(EntryType::Calendar).await?,
        ),
    ];
    let wrong: Vec<_> = counts.iter().filter(|(_, _, count)| *count != 0).collect();
    if wrong.is_empty() {
        return Ok(Finding::ok(
            CHECK,
            "Yêu cầu, hộp thư, khóa và danh bạ khớp với nhật ký.",
            "Requests, mailboxes, keys and registry fit the log.",
        ));
    }
    let list =
        |text: fn(&(&str, &str, i64)) -> String| wrong.iter().map(|one| text(one)).collect::<Vec<_>>().join(", ");
    Ok(Finding::fail(
        CHECK,
        format!(
            "Không khớp với nhật ký: {}.",
            list(|(vi, _, count)| format!("{vi} ({count})"))
        ),
        format!(
            "Not as the log says: {}.",
            list(|(_, en, count)| format!("{en} ({count})"))
        ),
        STOP,
    ))
}
