//! What an edXML packet says (QCVN 102:2016/BTTTT): the envelope of a document, or a status message about one. Names as in
//! the format, its spelling `Bussiness` aside. docs/interchange.md says what the regulation's text was not at hand for.

use jiff::civil::{Date, DateTime};

use crate::domain::document::parts::Urgency;
use crate::domain::macros::text_enum;

/// The namespace of QCVN 102:2016, as packets of the axis have it.
pub const NAMESPACE: &str = "http://www.mic.gov.vn/TBT/QCVN_102_2016";

/// The most characters of a name or a short text that is read.
pub(super) const SHORT: usize = 500;
/// The most characters of a long text that is read.
pub(super) const LONG: usize = 4000;
/// The most recipients, attachments, appendices and trace entries that are read.
pub(super) const MOST_ITEMS: usize = 500;

/// An organisation (cơ quan, tổ chức).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Organ {
    /// Its code on the axis (mã định danh, Decision 20/2020/QĐ-TTg), for example `000.00.00.H41`. Not the hub's code.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The organisation above it (cơ quan chủ quản).
    pub in_charge: Option<String>,
    /// Address.
    pub address: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number.
    pub telephone: Option<String>,
    /// Fax number.
    pub fax: Option<String>,
    /// Web page.
    pub website: Option<String>,
}

/// The sort of document (loại văn bản).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentType {
    /// Its number in the list of the regulation. Public sources do not agree on it: the caller must know.
    pub code: u16,
    /// Its name, for example `Công văn`.
    pub name: String,
}

/// The person who signed (người ký).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signer {
    /// In what capacity (quyền hạn ký), for example `TL. BỘ TRƯỞNG`.
    pub competence: Option<String>,
    /// Position (chức vụ).
    pub position: Option<String>,
    /// Full name.
    pub full_name: String,
}

/// The document that this one, or this status, is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseFor {
    /// The organisation that sent it.
    pub organ_id: String,
    /// Number and symbol: `453/CV-THADS`.
    pub code: String,
    /// Its date.
    pub date: Option<Date>,
    /// Its id on the axis.
    pub document_id: Option<String>,
}

/// Where the packet has been.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The organisation.
    pub organ_id: String,
    /// When, on the clock in Viet Nam.
    pub at: DateTime,
}

/// The person who dealt with it (người xử lý).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Staff {
    /// Department.
    pub department: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Mobile number.
    pub mobile: Option<String>,
}

text_enum! {
    /// What the packet does (nghiệp vụ văn bản, `BussinessDocType`).
    pub enum Business {
        /// Văn bản mới.
        New => "0",
        /// Thu hồi.
        Revocation => "1",
        /// Cập nhật.
        Update => "2",
        /// Thay thế.
        Replacement => "3",
    }
}

impl Business {
    /// The reason written when the sender gives none.
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::New => "Văn bản điện tử mới",
            Self::Revocation => "Thu hồi văn bản điện tử",
            Self::Update => "Cập nhật văn bản điện tử",
            Self::Replacement => "Văn bản thay thế",
        }
    }
}

/// A document that this one takes the place of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// Its id on the axis.
    pub document_id: String,
    /// For whom it is replaced.
    pub organ_ids: Vec<String>,
}

/// A file that goes with the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachedFile {
    /// Its id in the packet, without `cid:`.
    pub content_id: String,
    /// File name.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// A description.
    pub description: Option<String>,
    /// Its bytes. The axis' own kit packs each file into a zip of its own; they are kept as they come. None: only named.
    pub content: Option<Vec<u8>>,
}

/// The envelope of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The sender (nơi gửi).
    pub from: Organ,
    /// The recipients (nơi nhận).
    pub to: Vec<Organ>,
    /// Its id on the axis; none on export: made of sender, date, number and symbol ([`Envelope::made_id`]).
    pub document_id: Option<String>,
    /// Number (số): 453 in 453/CV-THADS.
    pub number: String,
    /// Symbol (ký hiệu): CV-THADS.
    pub notation: String,
    /// Place of issue (địa danh).
    pub place: Option<String>,
    /// Date of issue (ngày ban hành).
    pub date: Date,
    /// The sort of document.
    pub document_type: DocumentType,
    /// Subject (trích yếu).
    pub subject: String,
    /// A summary of the content.
    pub content: Option<String>,
    /// Who signed.
    pub signer: Option<Signer>,
    /// Until when it is to be dealt with (hạn xử lý).
    pub due_date: Option<Date>,
    /// Documents that it answers.
    pub response_for: Vec<ResponseFor>,
    /// Urgency mark, if any (độ khẩn).
    pub urgency: Option<Urgency>,
    /// Number of pages.
    pub pages: Option<u32>,
    /// Appendices, by name (phụ lục).
    pub appendices: Vec<String>,
    /// Whether it steers (văn bản chỉ đạo), as the format's number.
    pub steering_type: Option<u16>,
    /// Places where it goes, as printed at its foot.
    pub to_places: Vec<String>,
    /// Where the packet has been.
    pub trace: Vec<Trace>,
    /// What the packet does.
    pub business: Business,
    /// The document that a revocation or update is about.
    pub business_document_id: Option<String>,
    /// Why.
    pub business_reason: Option<String>,
    /// Whether the paper follows.
    pub paper: bool,
    /// Who dealt with it at the sender.
    pub staff: Option<Staff>,
    /// Documents that a replacement replaces.
    pub replaced: Vec<Replaced>,
    /// Files.
    pub files: Vec<AttachedFile>,
}

impl Envelope {
    /// Number and symbol as printed: 453/CV-THADS.
    pub fn full_number(&self) -> String {
        if self.notation.is_empty() {
            self.number.clone()
        } else {
            format!("{}/{}", self.number, self.notation)
        }
    }

    /// Its id on the axis: the one it has, or `000.00.00.G22,2018/09/20,7816/VPCP-TTĐT`.
    pub fn made_id(&self) -> String {
        match &self.document_id {
            Some(id) => id.clone(),
            None => document_id(&self.from.id, self.date, &self.full_number()),
        }
    }
}

/// The id on the axis of a document that an organisation issued.
pub fn document_id(organ_id: &str, date: Date, full_number: &str) -> String {
    format!("{organ_id},{},{full_number}", super::dates::write_date(date))
}

text_enum! {
    /// Where a document stands at its recipient (mã trạng thái). Read in public implementations; 14 was seen in none.
    pub enum StatusCode {
        /// Đã đến.
        Arrived => "01",
        /// Từ chối tiếp nhận.
        Refused => "02",
        /// Đã tiếp nhận.
        Received => "03",
        /// Phân công xử lý.
        Assigned => "04",
        /// Đang xử lý.
        Processing => "05",
        /// Hoàn thành.
        Done => "06",
        /// Lấy lại: the sender asks for it back.
        Recall => "13",
        /// Đồng ý cập nhật, lấy lại.
        RecallAccepted => "15",
        /// Từ chối cập nhật, lấy lại.
        RecallRefused => "16",
    }
}

impl StatusCode {
    /// The words that go with it.
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::Arrived => "Đã đến",
            Self::Refused => "Từ chối tiếp nhận",
            Self::Received => "Đã tiếp nhận",
            Self::Assigned => "Phân công xử lý",
            Self::Processing => "Đang xử lý",
            Self::Done => "Hoàn thành",
            Self::Recall => "Lấy lại",
            Self::RecallAccepted => "Đồng ý cập nhật, lấy lại",
            Self::RecallRefused => "Từ chối cập nhật, lấy lại",
        }
    }
}

/// What a recipient, or for 13 the sender, says of where a document stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusMessage {
    /// Who says so.
    pub from: Organ,
    /// Of which document.
    pub response_for: ResponseFor,
    /// What.
    pub code: StatusCode,
    /// In words.
    pub description: Option<String>,
    /// When, on the clock in Viet Nam.
    pub at: DateTime,
    /// Who dealt with it.
    pub staff: Option<Staff>,
}

/// A packet that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packet {
    /// A document.
    Document(Box<Envelope>),
    /// A status message.
    Status(Box<StatusMessage>),
}

/// A packet and what was passed over in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// What it says.
    pub packet: Packet,
    /// Paths of elements that were not read.
    pub ignored: Vec<String>,
}

#[cfg(test)]
pub(super) mod samples {
    use jiff::civil::{date, datetime};

    use super::*;

    fn organ(id: &str, name: &str) -> Organ {
        Organ {
            id: id.to_owned(),
            name: name.to_owned(),
            ..Organ::default()
        }
    }

    /// The envelope of tests/golden/interchange/order.edxml.
    pub(in crate::interchange) fn envelope() -> Envelope {
        Envelope {
            from: Organ {
                in_charge: Some("Cục Quản lý Thi hành án dân sự".to_owned()),
                email: Some("thads@example.vn".to_owned()),
                ..organ("000.00.00.X01", "Thi hành án dân sự tỉnh Giả Lập")
            },
            to: vec![
                organ("000.00.00.X02", "Ngân hàng Giả Lập"),
                organ("000.00.00.X03", "Kho bạc Nhà nước Giả Lập"),
            ],
            document_id: None,
            number: "453".to_owned(),
            notation: "CV-THADS".to_owned(),
            place: Some("Ninh Bình".to_owned()),
            date: date(2026, 11, 20),
            document_type: DocumentType {
                code: 1,
                name: "Công văn".to_owned(),
            },
            subject: "V/v yêu cầu cung cấp thông tin về tài khoản & tiền gửi".to_owned(),
            content: None,
            signer: Some(Signer {
                competence: None,
                position: Some("Chấp hành viên".to_owned()),
                full_name: "Trần Thị Lập".to_owned(),
            }),
            due_date: Some(date(2026, 11, 23)),
            response_for: Vec::new(),
            urgency: Some(Urgency::VeryUrgent),
            pages: Some(2),
            appendices: vec!["Quyết định thi hành án số 21101/QĐ-THADS".to_owned()],
            steering_type: None,
            to_places: vec!["Như trên".to_owned(), "Lưu: VT".to_owned()],
            trace: vec![Trace {
                organ_id: "000.00.00.X01".to_owned(),
                at: datetime(2026, 11, 20, 8, 30, 0, 0),
            }],
            business: Business::New,
            business_document_id: None,
            business_reason: None,
            paper: false,
            staff: Some(Staff {
                department: Some("Văn thư".to_owned()),
                name: Some("Lê Văn Thử".to_owned()),
                ..Staff::default()
            }),
            replaced: Vec::new(),
            files: vec![AttachedFile {
                content_id: "1".to_owned(),
                name: "453-CV-THADS.txt".to_owned(),
                media_type: "text/plain".to_owned(),
                description: None,
                content: Some(b"Du lieu gia lap".to_vec()),
            }],
        }
    }

    /// The message of tests/golden/interchange/status-03.edxml.
    pub(in crate::interchange) fn status() -> StatusMessage {
        StatusMessage {
            from: organ("000.00.00.X02", "Ngân hàng Giả Lập"),
            response_for: ResponseFor {
                organ_id: "000.00.00.X01".to_owned(),
                code: "453/CV-THADS".to_owned(),
                date: Some(date(2026, 11, 20)),
                document_id: Some("000.00.00.X01,2026/11/20,453/CV-THADS".to_owned()),
            },
            code: StatusCode::Received,
            description: Some("Văn thư đã vào sổ".to_owned()),
            at: datetime(2026, 11, 20, 9, 15, 0, 0),
            staff: Some(Staff {
                name: Some("Vũ Thị Thử".to_owned()),
                ..Staff::default()
            }),
        }
    }
}
