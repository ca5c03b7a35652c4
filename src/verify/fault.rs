//! What is wrong with a database, and where.

use super::row::Row;
use super::select::Select;

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The log says that it must be there.
    Missing,
    /// The log knows nothing of it.
    Added,
    /// It is not what the log says.
    Differs,
    /// The entry and its event do not say the same.
    EntryDiffers,
    /// The bytes are no entry of a log.
    NoEntry,
    /// Indexes are not dense.
    NotDense,
    /// The event cannot follow what went before.
    DoesNotFollow,
    /// The bytes are not those of the digest in the log.
    Content,
    /// It cannot be opened with the master keys given.
    Key,
    /// It is gone, and no two persons decided so.
    Erased,
    /// Two persons decided that it goes, and it is still there.
    NotErased,
    /// The tree is another one than the checkpoint's.
    Root,
    /// The signatures are not those of a hub whose keys stand in the log.
    Signature,
    /// The tree at the size of the checkpoint given is another one: the log was rewritten.
    Rewritten,
    /// The log is shorter than the checkpoint given: entries were cut off, or an older copy was brought back.
    CutOff,
    /// The checkpoint given is another hub's.
    OtherHub,
}

impl What {
    /// Every sort.
    pub const ALL: &'static [Self] = &[
        Self::Missing,
        Self::Added,
        Self::Differs,
        Self::EntryDiffers,
        Self::NoEntry,
        Self::NotDense,
        Self::DoesNotFollow,
        Self::Content,
        Self::Key,
        Self::Erased,
        Self::NotErased,
        Self::Root,
        Self::Signature,
        Self::Rewritten,
        Self::CutOff,
        Self::OtherHub,
    ];

    /// The name for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "MISSING",
            Self::Added => "ADDED",
            Self::Differs => "DIFFERS",
            Self::EntryDiffers => "ENTRY_DIFFERS",
            Self::NoEntry => "NO_ENTRY",
            Self::NotDense => "NOT_DENSE",
            Self::DoesNotFollow => "DOES_NOT_FOLLOW",
            Self::Content => "CONTENT",
            Self::Key => "KEY",
            Self::Erased => "ERASED",
            Self::NotErased => "NOT_ERASED",
            Self::Root => "ROOT",
            Self::Signature => "SIGNATURE",
            Self::Rewritten => "REWRITTEN",
            Self::CutOff => "CUT_OFF",
            Self::OtherHub => "OTHER_HUB",
        }
    }

    /// What is wrong, Vietnamese.
    pub const fn vi(self) -> &'static str {
        match self {
            Self::Missing => "thiếu dòng này",
            Self::Added => "dòng này không có trong nhật ký",
            Self::Differs => "dòng này khác với nhật ký",
            Self::EntryDiffers => "mục nhật ký và sự kiện của nó không khớp nhau",
            Self::NoEntry => "không phải là mục nhật ký",
            Self::NotDense => "số thứ tự nhật ký không liên tục",
            Self::DoesNotFollow => "sự kiện không thể tiếp theo những gì đã xảy ra trước",
            Self::Content => "nội dung không đúng với mã băm trong nhật ký",
            Self::Key => "không mở được bằng khóa chủ đã cho",
            Self::Erased => "đã bị xóa mà không có mục nhật ký nào quyết định xóa",
            Self::NotErased => "vẫn còn dù nhật ký ghi đã quyết định xóa",
            Self::Signature => "chữ ký không phải của cổng có khóa trong nhật ký",
            Self::Root => "gốc cây không đúng với nhật ký tính lại",
            Self::Rewritten => "nhật ký đã bị viết lại so với điểm kiểm tra được nêu",
            Self::CutOff => "nhật ký bị cắt, hoặc bị thay bằng bản cũ hơn điểm kiểm tra được nêu",
            Self::OtherHub => "điểm kiểm tra được nêu là của cổng khác",
        }
    }

    /// The same in English.
    pub const fn en(self) -> &'static str {
        match self {
            Self::Missing => "this row is missing",
            Self::Added => "the log knows nothing of this row",
            Self::Differs => "this row is not what the log says",
            Self::EntryDiffers => "the entry and its event do not say the same",
            Self::NoEntry => "these bytes are no log entry",
            Self::NotDense => "the log's indexes are not dense",
            Self::DoesNotFollow => "the event cannot follow what went before",
            Self::Content => "the content is not that of the digest in the log",
            Self::Key => "it cannot be opened with the master keys given",
            Self::Erased => "it is gone though no entry decided to erase it",
            Self::NotErased => "it is still there though the log says that it was erased",
            Self::Signature => "the signatures are not those of a hub whose keys stand in the log",
            Self::Root => "the root is not that of the log computed again",
            Self::Rewritten => "the log was rewritten since the checkpoint given",
            Self::CutOff => "the log was cut, or replaced by a copy older than the checkpoint given",
            Self::OtherHub => "the checkpoint given is another hub's",
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The table.
    pub table: &'static str,
    /// Which row, by its key.
    pub row: String,
    /// The columns that are not what the log says; empty if the row as a whole is meant.
    pub columns: Vec<&'static str>,
    /// What is wrong.
    pub what: What,
}

/// The most faults that are kept; the rest is counted.
const MOST: usize = 100;

/// What is wrong, in the order in which it was found: the log from its first entry on, then the tables that follow from it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults {
    list: Vec<Fault>,
    more: usize,
}

impl Faults {
    pub(super) fn add(&mut self, fault: Fault) {
        if self.list.len() < MOST {
            self.list.push(fault);
        } else {
            self.more += 1;
        }
    }

    /// About a row as it stands.
    pub(super) fn row(&mut self, select: &'static Select, row: &Row, what: What) {
        self.columns(select, row, Vec::new(), what);
    }

    /// About columns of a row as it stands.
    pub(super) fn columns(&mut self, select: &'static Select, row: &Row, columns: Vec<&'static str>, what: What) {
        self.add(Fault {
            table: select.table,
            row: row.name(select),
            columns,
            what,
        });
    }

    /// About something that has no row.
    pub(super) fn place(&mut self, select: &'static Select, row: String, what: What) {
        self.add(Fault {
            table: select.table,
            row,
            columns: Vec::new(),
            what,
        });
    }

    /// About rows that belong to nothing.
    pub(super) fn added(&mut self, select: &'static Select, rows: &[Row]) {
        for row in rows {
            self.row(select, row, What::Added);
        }
    }

    /// The first hundred.
    pub fn list(&self) -> &[Fault] {
        &self.list
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.list.len() + self.more
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}
