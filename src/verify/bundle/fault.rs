//! What is wrong with a bundle, and where.

use crate::evidence::checkpoint::CheckpointError;
use crate::evidence::jws::SignatureFault;
use crate::evidence::receipt::ReceiptError;

/// Something wrong, in a file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleFault {
    /// The file's path in the folder.
    pub file: String,
    /// The member of the file; empty: the file as a whole.
    pub field: String,
    /// What is wrong.
    pub flaw: Flaw,
}

/// What is wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// The manifest lists it, or another file needs it, and it is not there.
    Missing,
    /// The manifest does not list it.
    Unlisted,
    /// Its bytes are not those of the manifest.
    Differs,
    /// It cannot be read, or is not written in the one right form.
    Malformed,
    /// Nothing in the bundle needs it.
    Unneeded,
    /// Its receipt does not hold.
    Receipt(ReceiptError),
    /// The checkpoint proves nothing.
    Checkpoint(CheckpointError),
    /// Its proof leads to another checkpoint than the bundle's.
    OtherCheckpoint,
    /// It is of another entry than its name says.
    OtherEntry,
    /// The row is not the one whose digest stands in the leaf.
    Event,
    /// The bytes are not those of the digest in the log.
    Content,
    /// The request's versions have a gap, or a step does not follow the one before.
    Gap,
    /// What the log tells of the signatures is not what stands in the document.
    Signed,
    /// A signature is not good.
    Signature(SignatureFault),
    /// The document is another agency's, or about another request.
    OtherAgency,
    /// The paper's signer was not the one that the registry knew on its date.
    Signer,
    /// The list of revocations is not signed by the authority whose it is to be.
    Chain,
    /// The step names a paper that became an entry only after it.
    NotYetKept,
    /// Keys that are not among the published ones.
    OtherKeys,
    /// Content was not erased by two persons of one agency.
    Erasure,
}

impl Flaw {
    /// The name for programs.
    pub fn code(self) -> String {
        let code = match self {
            Self::Missing => "MISSING",
            Self::Unlisted => "UNLISTED",
            Self::Differs => "DIFFERS",
            Self::Malformed => "MALFORMED",
            Self::Unneeded => "UNNEEDED",
            Self::Receipt(error) => error.code(),
            Self::Checkpoint(error) => ReceiptError::Checkpoint(error).code(),
            Self::OtherCheckpoint => "OTHER_CHECKPOINT",
            Self::OtherEntry => "OTHER_ENTRY",
            Self::Event => "EVENT_DIFFERS",
            Self::Content => "CONTENT",
            Self::Gap => "GAP",
            Self::Signed => "SIGNED_DIFFERS",
            Self::Signature(fault) => return fault.reason().to_ascii_uppercase(),
            Self::OtherAgency => "OTHER_AGENCY",
            Self::Signer => "SIGNER",
            Self::Chain => "CHAIN",
            Self::NotYetKept => "NOT_YET_KEPT",
            Self::OtherKeys => "OTHER_KEYS",
            Self::Erasure => "ERASURE",
        };
        code.to_owned()
    }

    /// What is wrong, Vietnamese.
    pub fn vi(self) -> &'static str {
        match self {
            Self::Missing => "thiếu tệp này",
            Self::Unlisted => "tệp này không có trong bảng kê",
            Self::Differs => "tệp này không phải tệp đã ghi trong bảng kê",
            Self::Malformed => "không đọc được, hoặc không viết đúng dạng duy nhất cho phép",
            Self::Unneeded => "tệp này không liên quan đến yêu cầu",
            Self::Receipt(_) => "biên nhận không đúng",
            Self::Checkpoint(CheckpointError::UnknownKey) => "điểm kiểm tra không do khóa đã công bố nào ký",
            Self::Checkpoint(CheckpointError::RetiredKey) => "điểm kiểm tra do khóa đã thôi dùng ký",
            Self::Checkpoint(_) => "điểm kiểm tra không đúng",
            Self::OtherCheckpoint => "biên nhận dẫn đến một điểm kiểm tra khác",
            Self::OtherEntry => "tệp này là của mục nhật ký khác với tên của nó",
            Self::Event => "dòng sự kiện không phải dòng có mã băm trong nhật ký",
            Self::Content => "nội dung không đúng với mã băm trong nhật ký",
            Self::Gap => "thiếu bước: các phiên bản của yêu cầu không liên tục",
            Self::Signed => "điều nhật ký ghi về chữ ký không khớp với văn bản",
            Self::Signature(fault) => fault.text_vi(),
            Self::OtherAgency => "văn bản là của cơ quan khác hoặc về yêu cầu khác",
            Self::Signer => "người ký văn bản không đúng với đăng ký tại ngày ghi trên văn bản",
            Self::Chain => "danh sách thu hồi này không do tổ chức chứng thực được nêu ký",
            Self::NotYetKept => {
                "bước này dẫn chứng thư hoặc danh sách của tổ chức chứng thực mà khi đó nhật ký chưa có"
            }
            Self::Erasure => "việc xóa nội dung không do hai người của cùng cơ quan quyết định",
            Self::OtherKeys => "khóa không có trong các khóa đã công bố",
        }
    }

    /// What is wrong, English.
    pub fn en(self) -> &'static str {
        match self {
            Self::Missing => "this file is missing",
            Self::Unlisted => "this file is not in the manifest",
            Self::Differs => "this file is not the one in the manifest",
            Self::Malformed => "it cannot be read, or is not written in the one right form",
            Self::Unneeded => "this has nothing to do with the request",
            Self::Receipt(_) => "the receipt does not hold",
            Self::Checkpoint(CheckpointError::UnknownKey) => "no published key has signed the checkpoint",
            Self::Checkpoint(CheckpointError::RetiredKey) => "the checkpoint is signed by keys that were retired",
            Self::Checkpoint(_) => "the checkpoint does not hold",
            Self::OtherCheckpoint => "the receipt leads to another checkpoint",
            Self::OtherEntry => "this is of another entry than its name says",
            Self::Event => "the row is not the one whose digest stands in the log",
            Self::Content => "the content is not that of the digest in the log",
            Self::Gap => "a step is missing: the versions of the request are not dense",
            Self::Signed => "what the log tells of the signatures does not fit the document",
            Self::Signature(fault) => fault.text_en(),
            Self::OtherAgency => "the document is another agency's or about another request",
            Self::Signer => "the paper's signer is not the one registered on its date",
            Self::Chain => "this list of revocations is not signed by the authority that is named",
            Self::NotYetKept => "this step names an authority's certificate or list that the log did not have by then",
            Self::Erasure => "the content was not erased by two persons of one agency",
            Self::OtherKeys => "these keys are not among the published ones",
        }
    }
}
