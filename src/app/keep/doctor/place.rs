//! The database itself, its clock, its disks, and the documents beside it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::super::{Result, at};
use super::Patient;
use super::finding::Finding;
use crate::blobs::{Blobs, DocumentPlace, FreeSpace, sealed_size};
use crate::domain::time::Timestamp;
use crate::store::rows::Head;
use crate::store::{ConnectError, Database, DocumentForm, Snapshot, schema_version};

/// Documents that are asked for at a time.
const MOST_AT_A_TIME: i64 = 1_000;

/// The schema is that of this binary.
pub(super) async fn schema(snapshot: &mut Snapshot) -> Finding {
    const CHECK: &str = "schema";
    match snapshot.check_schema().await {
        Ok(Ok(())) => Finding::ok(
            CHECK,
            format!("Cấu trúc cơ sở dữ liệu ở phiên bản {}.", schema_version()),
            format!("The schema is at version {}.", schema_version()),
        ),
        Ok(Err(mismatch)) => Finding::fail(
            CHECK,
            "Cấu trúc cơ sở dữ liệu không phải của chương trình này.",
            mismatch.to_string(),
            (
                "Cũ hơn: chạy lienthong migrate. Mới hơn: dùng bản lienthong mới hơn.",
                "Older: run lienthong migrate. Newer: use a newer lienthong.",
            ),
        ),
        Err(_unreadable) => Finding::fail(
            CHECK,
            "Cơ sở dữ liệu không có cấu trúc của cổng.",
            "The database holds no schema of a hub.",
            (
                "Kiểm tra --database có đúng cơ sở dữ liệu của cổng.",
                "Check that --database names the hub's database.",
            ),
        ),
    }
}

/// No setting could lose an acknowledged write.
pub(super) async fn settings(snapshot: &mut Snapshot) -> Finding {
    const CHECK: &str = "settings";
    const ADVICE: (&str, &str) = (
        "Sửa thiết đặt này của cơ sở dữ liệu; serve từ chối chạy khi chưa sửa.",
        "Change this setting of the database; serve refuses to run before.",
    );
    match snapshot.require_safe_settings().await {
        Ok(()) => Finding::ok(
            CHECK,
            "Thiết đặt của cơ sở dữ liệu an toàn.",
            "The database's settings are safe.",
        ),
        Err(ConnectError::Unsafe { name, value, wanted }) => Finding::fail(
            CHECK,
            format!("Thiết đặt không an toàn: {name} là {value}, phải là {wanted}."),
            format!("Unsafe setting: {name} is {value}; it must be {wanted}."),
            ADVICE,
        ),
        Err(_unreadable) => Finding::fail(
            CHECK,
            "Không đọc được thiết đặt của cơ sở dữ liệu.",
            "The database's settings cannot be read.",
            ADVICE,
        ),
    }
}

/// The database is a hub's.
pub(super) async fn hub_id(snapshot: &mut Snapshot) -> Result<Finding> {
    const CHECK: &str = "hub-id";
    Ok(match snapshot.hub_id().await? {
        Some(hub_id) => Finding::ok(CHECK, format!("Cổng {hub_id}."), format!("The hub {hub_id}.")),
        None => Finding::fail(
            CHECK,
            "Cổng chưa được khởi tạo.",
            "The hub is not initialised.",
            (
                "Chạy lienthong init, hoặc phục hồi từ bản sao lưu.",
                "Run lienthong init, or restore a backup.",
            ),
        ),
    })
}

/// The hub refuses to write while the clock stands so far behind its log, in microseconds.
const MOST_BEHIND: i64 = 2_000_000;

/// The clock is not behind the log.
pub(super) fn clock(head: &Head, now: Timestamp) -> Finding {
    const CHECK: &str = "clock";
    if head.hub_time > now.plus_micros(MOST_BEHIND) {
        return Finding::fail(
            CHECK,
            format!(
                "Đồng hồ máy ({}) chậm hơn mục nhật ký cuối ({}); cổng từ chối ghi.",
                now.to_rfc3339(),
                head.hub_time.to_rfc3339()
            ),
            format!(
                "The clock ({}) is behind the last entry ({}); the hub refuses to write.",
                now.to_rfc3339(),
                head.hub_time.to_rfc3339()
            ),
            ("Chỉnh đồng hồ máy (NTP).", "Set the machine's clock right (NTP)."),
        );
    }
    Finding::ok(
        CHECK,
        format!("Mục nhật ký cuối lúc {}.", head.hub_time.to_rfc3339()),
        format!("The last entry is of {}.", head.hub_time.to_rfc3339()),
    )
}

/// Every registered document is there with its size; nothing else is.
pub(super) async fn documents(snapshot: &mut Snapshot, place: Option<&DocumentPlace>) -> Result<Vec<Finding>> {
    const CHECK: &str = "documents";
    const ORPHANS: &str = "orphans";
    let Some(place) = place else {
        return Ok(vec![Finding::warn(
            CHECK,
            "Chưa kiểm tra tài liệu kèm theo: chưa nêu thư mục.",
            "The documents were not looked at: no folder is named.",
            ("Nêu --documents THƯ_MỤC.", "Name --documents DIR."),
        )]);
    };
    let elsewhere = |error| at(Path::new(&place.to_string()))(error);
    let blobs = Blobs::for_reading(place).map_err(elsewhere)?;
    let mut unseen = names(&blobs).await.map_err(elsewhere)?;
    let (mut count, mut wrong) = (0_u64, Vec::new());
    let mut after = String::new();
    loop {
        let documents = snapshot.documents_at_rest(&after, MOST_AT_A_TIME).await?;
        let Some(last) = documents.last() else { break };
        after = last.id.to_string();
        for document in documents {
            unseen.remove(document.id.as_str());
            let length = match document.form {
                DocumentForm::Plain => document.size,
                DocumentForm::Sealed => sealed_size(document.size),
                // Whether its bytes are there still is the same.
                DocumentForm::Erased => continue,
            };
            count += 1;
            if blobs.length(&document.id).await.ok() != Some(length) {
                wrong.push(document.id.to_string());
            }
        }
    }
    let present = match wrong.first() {
        None => Finding::ok(
            CHECK,
            format!("{count} tài liệu đều có, đúng kích thước."),
            format!("All {count} documents are there with their size."),
        ),
        Some(first) => Finding::fail(
            CHECK,
            format!(
                "{} tài liệu bị thiếu hoặc sai kích thước, đầu tiên: {first}.",
                wrong.len()
            ),
            format!(
                "{} documents are missing or of another size, the first one: {first}.",
                wrong.len()
            ),
            (
                "Lấy lại các tệp này từ bản sao lưu (thư mục documents).",
                "Take these files from a backup (folder documents).",
            ),
        ),
    };
    let orphans = match unseen.first() {
        None => Finding::ok(
            ORPHANS,
            "Không có tệp thừa trong thư mục tài liệu.",
            "No file stands in the folder without a document.",
        ),
        Some(first) => Finding::warn(
            ORPHANS,
            format!("{} tệp không thuộc tài liệu nào, đầu tiên: {first}.", unseen.len()),
            format!("{} files belong to no document, the first one: {first}.", unseen.len()),
            (
                "Tệp vừa tải lên thì bỏ qua. Cổng tự xóa các tài liệu này sau limits.orphan_hours; tệp tên khác thì tự xem.",
                "Let be what was just uploaded. The hub removes such documents after limits.orphan_hours; files with other names are yours to look at.",
            ),
        ),
    };
    Ok(vec![present, orphans])
}

/// What stands there; nothing if the folder was not made yet.
async fn names(blobs: &Blobs) -> std::io::Result<BTreeSet<String>> {
    let mut listing = match blobs.list().await {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        other => other?,
    };
    let mut names = BTreeSet::new();
    loop {
        let more = listing.next().await?;
        if more.is_empty() {
            return Ok(names);
        }
        names.extend(more);
    }
}

const GIB: u64 = 1024 * 1024 * 1024;

/// The folders in which the hub writes.
fn folders(patient: &Patient) -> Vec<PathBuf> {
    let beside = match &patient.database {
        Database::Sqlite(file) => {
            let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
            Some(folder.unwrap_or_else(|| Path::new(".")).to_owned())
        }
        Database::Postgres(_) => None,
    };
    let documents = patient.documents.as_ref().map(|place| place.folder.clone());
    let documents = documents.filter(|folder| folder.is_dir());
    beside.into_iter().chain(documents).collect()
}

/// The disks have room.
pub(super) fn disks(patient: &Patient) -> Vec<Finding> {
    const CHECK: &str = "disk";
    let judged = |folder: PathBuf| match (patient.free_space)(&folder) {
        Ok(space) => room(space),
        Err(_unknown) => Finding::warn(
            CHECK,
            "Không biết dung lượng đĩa còn trống.",
            "The free space of the disk is not known.",
            ("Kiểm tra quyền đọc thư mục.", "Check that the folder can be read."),
        ),
    };
    // Several folders of one disk are told once.
    let mut findings: Vec<Finding> = folders(patient).into_iter().map(judged).collect();
    findings.dedup();
    findings
}

fn room(space: FreeSpace) -> Finding {
    const CHECK: &str = "disk";
    const ADVICE: (&str, &str) = (
        "Thêm dung lượng hoặc chuyển bản sao lưu đi nơi khác; hết đĩa thì cổng ngừng ghi.",
        "Add room, or move backups elsewhere; with a full disk the hub stops writing.",
    );
    let percent = space.free.saturating_mul(100) / space.total.max(1);
    let vi = format!("Đĩa còn trống {percent}% ({} MiB).", space.free / (GIB / 1024));
    let en = format!("The disk has {percent}% free ({} MiB).", space.free / (GIB / 1024));
    if space.free < GIB || percent < 2 {
        Finding::fail(CHECK, vi, en, ADVICE)
    } else if space.free < 5 * GIB || percent < 10 {
        Finding::warn(CHECK, vi, en, ADVICE)
    } else {
        Finding::ok(CHECK, vi, en)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Grade;
    use super::*;

    #[test]
    fn a_disk_is_told_before_it_is_full() {
        let grade = |free, total| room(FreeSpace { free, total }).grade;
        assert_eq!(grade(50 * GIB, 100 * GIB), Grade::Ok);
        assert_eq!(grade(9 * GIB, 100 * GIB), Grade::Warn);
        assert_eq!(grade(4 * GIB, 20 * GIB), Grade::Warn);
        assert_eq!(grade(GIB - 1, 2 * GIB), Grade::Fail);
        assert_eq!(grade(15 * GIB, 1000 * GIB), Grade::Fail);
        assert_eq!(grade(0, 0), Grade::Fail);
    }
}
