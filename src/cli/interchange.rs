//! `lienthong interchange`: documents in the formats of other systems, from file to file. docs/interchange.md says what was checked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use jiff::civil::DateTime;
use serde::Deserialize;
use serde_json::{Value, json};

use super::args::{read, read_text};
use super::failure::Failure;
use super::output;
use crate::domain::document::parts::{Head, Urgency};
use crate::domain::document::{AnswerDocument, Document, OrderDocument, parse};
use crate::domain::error::Error;
use crate::domain::ids::{AgencyCode, RequestId};
use crate::domain::time::Clock as _;
use crate::interchange::edxml::{
    DocumentType, Envelope, Imported, Organ, Packet, ResponseFor, StatusCode, StatusMessage, document_id,
};
use crate::interchange::iso20022::AccountAnswer;
use crate::interchange::order::{account_order, envelope};
use crate::interchange::{
    Exported, Fault, export_answer, export_edxml, export_edxml_status, export_order, import_answer, import_edxml, xml,
};
use crate::server::clock::SystemClock;

pub(super) const AFTER_HELP: &str = "\
Ví dụ / examples:
  lienthong interchange edxml export order.json --organs organs.json --file scan.pdf > order.edxml
  lienthong interchange edxml import order.edxml
  lienthong interchange edxml status order.json --organs organs.json --from GIA-LAP.NH.970999 --code 03 > status.edxml
  lienthong interchange iso20022 order order.json --request req_… > auth.001.xml
  lienthong interchange iso20022 import auth.002.xml

organs.json: mã cơ quan trên cổng và trên trục / each agency's code at the hub and on the axis:
  { \"GIA-LAP.THADS.37\": { \"id\": \"000.00.00.X01\", \"name\": \"Thi hành án dân sự tỉnh Giả Lập\" } }
Nothing is sent. What the other format has no room for, and what was passed over, is listed on stderr.";

/// See the command's help.
#[derive(Debug, Subcommand)]
pub(super) enum Interchange {
    /// edXML (QCVN 102:2016): gói tin của trục liên thông văn bản quốc gia.
    #[command(subcommand, name = "edxml")]
    EdXml(EdXml),
    /// ISO 20022: auth.001 và auth.002, yêu cầu và trả lời thông tin tài khoản.
    #[command(subcommand, name = "iso20022")]
    Iso(Iso),
}

/// See the command's help.
#[derive(Debug, Subcommand)]
pub(super) enum EdXml {
    /// Xuất: an order document as a packet.
    Export(EdXmlExport),
    /// Nhập: what a packet says, as JSON.
    Import(Import),
    /// Trạng thái: a status message about an order.
    Status(EdXmlStatus),
}

/// See the command's help.
#[derive(Debug, Subcommand)]
pub(super) enum Iso {
    /// Yêu cầu: an order of the kind account-information as auth.001.
    Order(IsoOrder),
    /// Trả lời: its answer as auth.002.
    Answer(IsoAnswer),
    /// Nhập: what an auth.002 answers, as JSON.
    Import(Import),
}

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct EdXmlExport {
    /// Văn bản yêu cầu: an OrderDocument, JSON.
    order: PathBuf,
    /// Mã các cơ quan trên trục: a JSON file.
    #[arg(long, env = "LIENTHONG_ORGANS", value_name = "FILE")]
    organs: PathBuf,
    /// Số loại văn bản theo danh mục của trục: the number of the sort of document.
    #[arg(long, env = "LIENTHONG_TYPE", value_name = "NUMBER", default_value_t = 1)]
    r#type: u16,
    /// Tên loại văn bản.
    #[arg(long, env = "LIENTHONG_TYPE_NAME", value_name = "NAME", default_value = "Công văn")]
    type_name: String,
    /// Tệp kèm theo: the bytes of an attachment that the order names, by its file name; once for each.
    #[arg(long = "file", env = "LIENTHONG_FILES", value_name = "FILE", value_delimiter = ',')]
    files: Vec<PathBuf>,
}

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct EdXmlStatus {
    /// Văn bản yêu cầu: the order that it is about.
    order: PathBuf,
    /// Mã các cơ quan trên trục: a JSON file.
    #[arg(long, env = "LIENTHONG_ORGANS", value_name = "FILE")]
    organs: PathBuf,
    /// Cơ quan báo trạng thái: who says so, its code at the hub.
    #[arg(long, env = "LIENTHONG_FROM", value_name = "CODE")]
    from: AgencyCode,
    /// Mã trạng thái: 01 đã đến, 02 từ chối, 03 đã tiếp nhận, 04 phân công, 05 đang xử lý, 06 hoàn thành, 13 lấy lại, 15 đồng ý, 16 từ chối lấy lại.
    #[arg(long, env = "LIENTHONG_CODE", value_name = "CODE")]
    code: StatusCode,
    /// Diễn giải: in words.
    #[arg(long, env = "LIENTHONG_DESCRIPTION", value_name = "TEXT")]
    description: Option<String>,
}

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// Tệp XML.
    file: PathBuf,
    /// Cỡ lớn nhất: most MiB.
    #[arg(long, env = "LIENTHONG_MAX_MIB", value_name = "MIB", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1024))]
    max_mib: u16,
}

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct IsoOrder {
    /// Văn bản yêu cầu: an OrderDocument of the kind account-information, JSON.
    order: PathBuf,
    /// Mã yêu cầu trên cổng: `req_…`.
    #[arg(long, env = "LIENTHONG_REQUEST", value_name = "ID")]
    request: RequestId,
    /// Được cho khách hàng biết: without it the client must not be told.
    #[arg(long)]
    not_confidential: bool,
}

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct IsoAnswer {
    #[command(flatten)]
    order: IsoOrder,
    /// Văn bản trả lời: its AnswerDocument, JSON.
    #[arg(long, env = "LIENTHONG_ANSWER", value_name = "FILE")]
    answer: PathBuf,
}

impl Interchange {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::EdXml(EdXml::Export(command)) => command.run(),
            Self::EdXml(EdXml::Import(command)) => command.edxml(),
            Self::EdXml(EdXml::Status(command)) => command.run(),
            Self::Iso(Iso::Order(command)) => command.run(),
            Self::Iso(Iso::Answer(command)) => command.run(),
            Self::Iso(Iso::Import(command)) => command.answer(),
        }
    }
}

/// An agency as the axis knows it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StatedOrgan {
    id: String,
    name: String,
}

fn organs(path: &Path) -> Result<BTreeMap<AgencyCode, Organ>, Failure> {
    let text = read_text("--organs", path)?;
    let stated: BTreeMap<String, StatedOrgan> = serde_json::from_str(&text).map_err(|error| {
        let path = path.display();
        Failure::configuration(
            format!("--organs: {path}, dòng {}: không đúng dạng; xem --help", error.line()),
            format!("--organs: {path}: {error}"),
        )
    })?;
    let organ = |(code, organ): (String, StatedOrgan)| {
        let known = AgencyCode::parse(&code).map_err(|error| {
            Failure::configuration(
                format!("--organs: mã cơ quan không đúng dạng: {}", error.expects),
                format!("--organs: not the code of an agency: expected {}", error.expects),
            )
        })?;
        let organ = Organ {
            id: organ.id,
            name: organ.name,
            ..Organ::default()
        };
        Ok((known, organ))
    };
    stated.into_iter().map(organ).collect()
}

fn document<D: Document>(setting: &str, path: &Path) -> Result<D, Failure> {
    parse::<D>(&read(setting, path)?).map_err(|error| refused(path, &error))
}

/// What is wrong with a document, field by field.
fn refused(path: &Path, error: &Error) -> Failure {
    let path = path.display();
    let fields = error.fields();
    let told = |vi: bool| -> String {
        let line = |field: &crate::domain::error::FieldViolation| {
            let text = if vi { &field.text.vi } else { &field.text.en };
            format!("; {}: {text}", field.field)
        };
        fields.iter().map(line).collect()
    };
    Failure::configuration(
        format!("{path}: {}{}", error.code().text_vi(), told(true)),
        format!("{path}: {}{}", error.code().text_en(), told(false)),
    )
}

fn faulty(path: &Path, fault: &Fault) -> Failure {
    let at = if fault.path.is_empty() {
        path.display().to_string()
    } else {
        format!("{}, {}", path.display(), fault.path)
    };
    Failure::configuration(format!("{at}: {}", fault.text.vi), format!("{at}: {}", fault.text.en))
}

fn print(exported: &Exported) {
    output::text(&exported.xml);
    for line in &exported.lost {
        output::error(&format!(
            "không có chỗ trong định dạng / no room in the format: {line}\n"
        ));
    }
}

fn told_as_json(said: &Value, ignored: &[String]) {
    output::line(&format!("{said:#}"));
    for path in ignored {
        output::error(&format!("bỏ qua / passed over: {path}\n"));
    }
}

/// Now, on the clock in Viet Nam.
fn now() -> DateTime {
    SystemClock.now().civil()
}

impl EdXmlExport {
    fn run(self) -> Result<(), Failure> {
        let order: OrderDocument = document("ORDER", &self.order)?;
        let document_type = DocumentType {
            code: self.r#type,
            name: self.type_name,
        };
        let fault = |fault: Fault| faulty(&self.order, &fault);
        let mut envelope = envelope(&order, &organs(&self.organs)?, document_type, now()).map_err(fault)?;
        for path in &self.files {
            attach(&mut envelope, path)?;
        }
        print(&export_edxml(&envelope).map_err(fault)?);
        Ok(())
    }
}

/// Gives the attachment of that name its bytes.
fn attach(envelope: &mut Envelope, path: &Path) -> Result<(), Failure> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let named = envelope.files.iter_mut().find(|file| Some(&file.name) == name.as_ref());
    let Some(file) = named else {
        let path = path.display();
        return Err(Failure::configuration(
            format!("--file: văn bản không có tài liệu kèm theo nào tên như {path}"),
            format!("--file: the order names no attachment like {path}"),
        ));
    };
    file.content = Some(read("--file", path)?);
    Ok(())
}

impl EdXmlStatus {
    fn run(self) -> Result<(), Failure> {
        let order: OrderDocument = document("ORDER", &self.order)?;
        let organs = organs(&self.organs)?;
        let known = |code: &AgencyCode| {
            organs.get(code).cloned().ok_or_else(|| {
                Failure::configuration(
                    format!("--organs: chưa có mã trên trục của {code}"),
                    format!("--organs: no code on the axis of {code}"),
                )
            })
        };
        let (from, sender) = (known(&self.from)?, known(&order.agency)?);
        let number = order.head.full_number();
        let message = StatusMessage {
            from,
            response_for: ResponseFor {
                document_id: Some(document_id(&sender.id, order.head.date, &number)),
                organ_id: sender.id,
                code: number,
                date: Some(order.head.date),
            },
            code: self.code,
            description: self.description.or_else(|| Some(self.code.label_vi().to_owned())),
            at: now(),
            staff: None,
        };
        print(&export_edxml_status(&message).map_err(|fault| faulty(&self.order, &fault))?);
        Ok(())
    }
}

impl Import {
    fn bytes(&self) -> Result<(Vec<u8>, xml::Limits), Failure> {
        let limits = xml::Limits::of(usize::from(self.max_mib) * 1024 * 1024);
        Ok((read("FILE", &self.file)?, limits))
    }

    fn edxml(self) -> Result<(), Failure> {
        let (bytes, limits) = self.bytes()?;
        let Imported { packet, ignored } = import_edxml(&bytes, &limits).map_err(|fault| faulty(&self.file, &fault))?;
        told_as_json(&packet_as_json(&packet), &ignored);
        Ok(())
    }

    fn answer(self) -> Result<(), Failure> {
        let (bytes, limits) = self.bytes()?;
        let found = import_answer(&bytes, &limits).map_err(|fault| faulty(&self.file, &fault))?;
        let said = json!({
            "enforcement_request_id": found.request_id,
            "number": found.answer.response_id,
            "outcome": found.answer.outcome.as_str(),
            "reasons": found.answer.reasons,
            "payload": found.answer.payload,
            "missing": found.missing,
        });
        told_as_json(&said, &found.ignored);
        Ok(())
    }
}

fn packet_as_json(packet: &Packet) -> Value {
    let organ = |organ: &Organ| json!({ "id": organ.id, "name": organ.name });
    match packet {
        Packet::Document(envelope) => json!({
            "packet": "document",
            "document_id": envelope.made_id(),
            "from": organ(&envelope.from),
            "to": envelope.to.iter().map(organ).collect::<Vec<_>>(),
            "number": envelope.full_number(),
            "date": envelope.date.to_string(),
            "place": envelope.place,
            "document_type": { "code": envelope.document_type.code, "name": envelope.document_type.name },
            "subject": envelope.subject,
            "content": envelope.content,
            "signer": envelope.signer.as_ref().map(|signer| json!({
                "competence": signer.competence,
                "position": signer.position,
                "full_name": signer.full_name,
            })),
            "due_date": envelope.due_date.map(|date| date.to_string()),
            "urgency": envelope.urgency.map(Urgency::as_str),
            "business": envelope.business.label_vi(),
            "response_for": envelope.response_for.iter().map(response_for).collect::<Vec<_>>(),
            "appendices": envelope.appendices,
            "to_places": envelope.to_places,
            "files": envelope.files.iter().map(|file| json!({
                "name": file.name,
                "media_type": file.media_type,
                "bytes": file.content.as_ref().map(Vec::len),
            })).collect::<Vec<_>>(),
        }),
        Packet::Status(status) => json!({
            "packet": "status",
            "from": organ(&status.from),
            "response_for": response_for(&status.response_for),
            "code": status.code.as_str(),
            "status": status.code.label_vi(),
            "description": status.description,
            "at": status.at.to_string(),
        }),
    }
}

fn response_for(of: &ResponseFor) -> Value {
    json!({
        "organ_id": of.organ_id,
        "number": of.code,
        "date": of.date.map(|date| date.to_string()),
        "document_id": of.document_id,
    })
}

impl IsoOrder {
    fn run(self) -> Result<(), Failure> {
        let order: OrderDocument = document("ORDER", &self.order)?;
        let fault = |fault: Fault| faulty(&self.order, &fault);
        let order = account_order(&self.request, &order, !self.not_confidential).map_err(fault)?;
        print(&export_order(&order).map_err(fault)?);
        Ok(())
    }
}

impl IsoAnswer {
    fn run(self) -> Result<(), Failure> {
        let order: OrderDocument = document("ORDER", &self.order.order)?;
        let stated: AnswerDocument = document("--answer", &self.answer)?;
        let fault = |fault: Fault| faulty(&self.answer, &fault);
        let order = account_order(&self.order.request, &order, !self.order.not_confidential).map_err(fault)?;
        let unknown = || {
            Failure::configuration(
                "--answer: kết quả này không phải của loại account-information",
                "--answer: not an outcome of the kind account-information",
            )
        };
        let answer = AccountAnswer {
            response_id: stated
                .head
                .as_ref()
                .map_or_else(|| stated.idempotency_key.to_string(), Head::full_number),
            outcome: stated.outcome.as_str().parse().map_err(|_unknown| unknown())?,
            reasons: serde_json::to_value(&stated.reasons).map_err(|_unknown| unknown())?,
            payload: serde_json::from_str(stated.payload.get()).map_err(|_unknown| unknown())?,
        };
        print(&export_answer(&order, &answer).map_err(fault)?);
        Ok(())
    }
}
