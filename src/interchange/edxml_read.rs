//! Reading edXML packets, by the names of elements: their order and their prefixes differ between senders.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::{Date, DateTime};

use super::Fault;
use super::dates::{read_date, read_moment};
use super::edxml::{
    AttachedFile, Business, DocumentType, Envelope, Imported, LONG, MOST_ITEMS, Organ, Packet, Replaced, ResponseFor,
    SHORT, Signer, Staff, StatusCode, StatusMessage, Trace,
};
use super::xml::{Limits, parse};
use super::xml_at::{At, Ignored};
use crate::domain::document::parts::Urgency;

/// Reads a packet: a document or a status message.
///
/// # Errors
/// What [`parse`] finds; `root`, `required`, `repeated`, `too_long`, `too_many`, `date`, `number`, `unknown_value`,
/// `base64`.
pub fn import(bytes: &[u8], limits: &Limits) -> Result<Imported, Fault> {
    let root = parse(bytes, limits)?;
    let root = At::root(&root);
    let mut ignored = Ignored::default();
    let envelope = match root.element().name() {
        "edXML" => {
            root.note_unknown(&["edXMLEnvelope", "AttachmentEncoded"], &mut ignored);
            root.required("edXMLEnvelope")?
        }
        "edXMLEnvelope" => root.clone(),
        _ => {
            return Err(root.fault(
                "root",
                "Phần tử gốc phải là edXML hoặc edXMLEnvelope.",
                "The root must be edXML or edXMLEnvelope.",
            ));
        }
    };
    envelope.note_unknown(&["edXMLHeader", "edXMLBody"], &mut ignored);
    let header = envelope.required("edXMLHeader")?;
    header.note_unknown(&["MessageHeader", "Status", "TraceHeaderList"], &mut ignored);
    let (message, is_status) = if let Some(status) = header.child("Status")? {
        (status, true)
    } else {
        let message = header.required("MessageHeader")?;
        let is_status = message.child("StatusCode")?.is_some();
        (message, is_status)
    };
    let packet = if is_status {
        Packet::Status(Box::new(read_status(&message, &mut ignored)?))
    } else {
        let mut document = read_message(&message, &mut ignored)?;
        if let Some(list) = header.child("TraceHeaderList")? {
            read_trace(&list, &mut document, &mut ignored)?;
        }
        document.files = read_files(&root, &envelope, &mut ignored)?;
        Packet::Document(Box::new(document))
    };
    Ok(Imported {
        packet,
        ignored: ignored.into_paths(),
    })
}

fn read_message(message: &At<'_>, ignored: &mut Ignored) -> Result<Envelope, Fault> {
    message.note_unknown(
        &[
            "From",
            "To",
            "DocumentId",
            "Code",
            "PromulgationInfo",
            "DocumentType",
            "Subject",
            "Content",
            "SignerInfo",
            "DueDate",
            "ResponseFor",
            "OtherInfo",
            "SteeringType",
            "ToPlaces",
        ],
        ignored,
    );
    let to = items(message, "To")?;
    if to.is_empty() {
        // Says where it is missing.
        message.required("To")?;
    }
    let code = message.required("Code")?;
    code.note_unknown(&["CodeNumber", "CodeNotation"], ignored);
    let issue = message.required("PromulgationInfo")?;
    issue.note_unknown(&["Place", "PromulgationDate"], ignored);
    let mut document = Envelope {
        from: read_organ(&message.required("From")?, ignored)?,
        to: to
            .iter()
            .map(|organ| read_organ(organ, ignored))
            .collect::<Result<_, _>>()?,
        document_id: message.text("DocumentId", SHORT)?,
        number: code.required_text("CodeNumber", SHORT)?,
        notation: code.text("CodeNotation", SHORT)?.unwrap_or_default(),
        place: issue.text("Place", SHORT)?,
        date: required_date(&issue, "PromulgationDate")?,
        document_type: DocumentType::default(),
        subject: message.required_text("Subject", LONG)?,
        content: message.text("Content", LONG)?,
        signer: None,
        due_date: date(message, "DueDate")?,
        response_for: Vec::new(),
        urgency: None,
        pages: None,
        appendices: Vec::new(),
        steering_type: number(message, "SteeringType")?,
        to_places: Vec::new(),
        trace: Vec::new(),
        business: Business::New,
        business_document_id: None,
        business_reason: None,
        paper: false,
        staff: None,
        replaced: Vec::new(),
        files: Vec::new(),
    };
    if let Some(kind) = message.child("DocumentType")? {
        kind.note_unknown(&["Type", "TypeName"], ignored);
        document.document_type.code = number(&kind, "Type")?.unwrap_or_default();
        document.document_type.name = kind.text("TypeName", SHORT)?.unwrap_or_default();
    }
    if let Some(signer) = message.child("SignerInfo")? {
        signer.note_unknown(&["Competence", "Position", "FullName"], ignored);
        document.signer = Some(Signer {
            competence: signer.text("Competence", SHORT)?,
            position: signer.text("Position", SHORT)?,
            full_name: signer.text("FullName", SHORT)?.unwrap_or_default(),
        });
    }
    for about in items(message, "ResponseFor")? {
        document.response_for.push(read_response_for(&about, ignored)?);
    }
    if let Some(other) = message.child("OtherInfo")? {
        other.note_unknown(&["Priority", "PageAmount", "Appendixes"], ignored);
        document.urgency = read_urgency(&other)?;
        document.pages = number(&other, "PageAmount")?;
        document.appendices = texts(&other, "Appendixes", "Appendix", ignored)?;
    }
    document.to_places = texts(message, "ToPlaces", "Place", ignored)?;
    Ok(document)
}

fn read_status(message: &At<'_>, ignored: &mut Ignored) -> Result<StatusMessage, Fault> {
    message.note_unknown(
        &[
            "From",
            "ResponseFor",
            "StaffInfo",
            "StatusCode",
            "Description",
            "Timestamp",
        ],
        ignored,
    );
    let code = message.required("StatusCode")?;
    let Ok(known) = code.element().text().parse::<StatusCode>() else {
        return Err(code.unknown_value());
    };
    let staff = message.child("StaffInfo")?;
    Ok(StatusMessage {
        from: read_organ(&message.required("From")?, ignored)?,
        response_for: read_response_for(&message.required("ResponseFor")?, ignored)?,
        code: known,
        description: message.text("Description", LONG)?,
        at: required_moment(message, "Timestamp")?,
        staff: staff.map(|staff| read_staff(&staff, ignored)).transpose()?,
    })
}

fn read_organ(organ: &At<'_>, ignored: &mut Ignored) -> Result<Organ, Fault> {
    organ.note_unknown(
        &[
            "OrganId",
            "OrganName",
            "OrganizationInCharge",
            "OrganAdd",
            "Email",
            "Telephone",
            "Fax",
            "Website",
        ],
        ignored,
    );
    Ok(Organ {
        id: organ.required_text("OrganId", SHORT)?,
        name: organ.text("OrganName", SHORT)?.unwrap_or_default(),
        in_charge: organ.text("OrganizationInCharge", SHORT)?,
        address: organ.text("OrganAdd", SHORT)?,
        email: organ.text("Email", SHORT)?,
        telephone: organ.text("Telephone", SHORT)?,
        fax: organ.text("Fax", SHORT)?,
        website: organ.text("Website", SHORT)?,
    })
}

fn read_response_for(about: &At<'_>, ignored: &mut Ignored) -> Result<ResponseFor, Fault> {
    about.note_unknown(&["OrganId", "Code", "PromulgationDate", "DocumentId"], ignored);
    Ok(ResponseFor {
        organ_id: about.required_text("OrganId", SHORT)?,
        code: about.required_text("Code", SHORT)?,
        date: date(about, "PromulgationDate")?,
        document_id: about.text("DocumentId", SHORT)?,
    })
}

fn read_staff(staff: &At<'_>, ignored: &mut Ignored) -> Result<Staff, Fault> {
    staff.note_unknown(&["Department", "Staff", "Email", "Mobile"], ignored);
    Ok(Staff {
        department: staff.text("Department", SHORT)?,
        name: staff.text("Staff", SHORT)?,
        email: staff.text("Email", SHORT)?,
        mobile: staff.text("Mobile", SHORT)?,
    })
}

/// 0 is none; 4, which some systems write for an express paper with a stated hour, is read as express.
fn read_urgency(other: &At<'_>) -> Result<Option<Urgency>, Fault> {
    let Some(priority) = other.child("Priority")? else {
        return Ok(None);
    };
    match priority.element().text() {
        "" | "0" => Ok(None),
        "1" => Ok(Some(Urgency::Urgent)),
        "2" => Ok(Some(Urgency::VeryUrgent)),
        "3" | "4" => Ok(Some(Urgency::Express)),
        _ => Err(priority.unknown_value()),
    }
}

fn read_trace(list: &At<'_>, document: &mut Envelope, ignored: &mut Ignored) -> Result<(), Fault> {
    list.note_unknown(&["TraceHeader", "Bussiness"], ignored);
    for trace in items(list, "TraceHeader")? {
        trace.note_unknown(&["OrganId", "Timestamp"], ignored);
        document.trace.push(Trace {
            organ_id: trace.required_text("OrganId", SHORT)?,
            at: required_moment(&trace, "Timestamp")?,
        });
    }
    let Some(business) = list.child("Bussiness")? else {
        return Ok(());
    };
    business.note_unknown(
        &[
            "DocumentId",
            "BussinessDocType",
            "BussinessDocReason",
            "Paper",
            "StaffInfo",
            "ReplacementInfoList",
        ],
        ignored,
    );
    if let Some(kind) = business.child("BussinessDocType")? {
        document.business = kind.element().text().parse().or(Err(kind.unknown_value()))?;
    }
    document.business_document_id = business.text("DocumentId", SHORT)?;
    document.business_reason = business.text("BussinessDocReason", LONG)?;
    document.paper = business.text("Paper", SHORT)?.is_some_and(|paper| paper == "1");
    if let Some(staff) = business.child("StaffInfo")? {
        document.staff = Some(read_staff(&staff, ignored)?);
    }
    if let Some(replaced) = business.child("ReplacementInfoList")? {
        replaced.note_unknown(&["ReplacementInfo"], ignored);
        for one in items(&replaced, "ReplacementInfo")? {
            one.note_unknown(&["DocumentId", "OrganIdList"], ignored);
            document.replaced.push(Replaced {
                document_id: one.required_text("DocumentId", SHORT)?,
                organ_ids: texts(&one, "OrganIdList", "OrganId", ignored)?,
            });
        }
    }
    Ok(())
}

/// The files that the manifest names, with the bytes that stand after the envelope.
fn read_files(root: &At<'_>, envelope: &At<'_>, ignored: &mut Ignored) -> Result<Vec<AttachedFile>, Fault> {
    let mut files = Vec::new();
    if let Some(body) = envelope.child("edXMLBody")? {
        body.note_unknown(&["edXMLManifest"], ignored);
        if let Some(manifest) = body.child("edXMLManifest")? {
            manifest.note_unknown(&["Reference"], ignored);
            for reference in items(&manifest, "Reference")? {
                reference.note_unknown(&["ContentId", "ContentType", "Description", "AttachmentName"], ignored);
                files.push(AttachedFile {
                    content_id: content_id(&reference)?,
                    name: reference.text("AttachmentName", SHORT)?.unwrap_or_default(),
                    media_type: reference.text("ContentType", SHORT)?.unwrap_or_default(),
                    description: reference.text("Description", SHORT)?,
                    content: None,
                });
            }
        }
    }
    let Some(encoded) = root.child("AttachmentEncoded")? else {
        return Ok(files);
    };
    encoded.note_unknown(&["Attachment"], ignored);
    for attachment in items(&encoded, "Attachment")? {
        let id = content_id(&attachment)?;
        let Some(file) = files.iter_mut().find(|file| file.content_id == id) else {
            // Bytes that the envelope does not name are nobody's.
            ignored.push(attachment.path().to_owned());
            continue;
        };
        let content = attachment.required("ContentTransferEncoded")?;
        let text: String = content.element().text().split_whitespace().collect();
        match STANDARD.decode(text) {
            Ok(bytes) => file.content = Some(bytes),
            Err(_) => {
                return Err(content.fault("base64", "Không phải base64 hợp lệ.", "Not valid base64."));
            }
        }
    }
    Ok(files)
}

/// With and without `cid:`, as senders differ.
fn content_id(at: &At<'_>) -> Result<String, Fault> {
    let id = at.required_text("ContentId", SHORT)?;
    Ok(id.strip_prefix("cid:").unwrap_or(&id).to_owned())
}

/// The elements of that name, not too many.
fn items<'a>(at: &At<'a>, name: &str) -> Result<Vec<At<'a>>, Fault> {
    let found = at.children(name);
    if found.len() > MOST_ITEMS {
        return Err(at.fault(
            "too_many",
            format!("Không được quá {MOST_ITEMS} phần tử {name}."),
            format!("At most {MOST_ITEMS} elements {name} are allowed."),
        ));
    }
    Ok(found)
}

/// The texts of a list's items; empty ones are left out.
fn texts(at: &At<'_>, list: &str, item: &str, ignored: &mut Ignored) -> Result<Vec<String>, Fault> {
    let Some(list) = at.child(list)? else {
        return Ok(Vec::new());
    };
    list.note_unknown(&[item], ignored);
    let mut found = Vec::new();
    for one in items(&list, item)? {
        found.extend(one.own_text(SHORT)?);
    }
    Ok(found)
}

fn date(at: &At<'_>, name: &str) -> Result<Option<Date>, Fault> {
    match at.child(name)? {
        Some(child) if !child.element().text().is_empty() => read_date(child.element().text())
            .map(Some)
            .ok_or_else(|| no_date(&child)),
        Some(_) | None => Ok(None),
    }
}

fn required_date(at: &At<'_>, name: &str) -> Result<Date, Fault> {
    let child = at.required(name)?;
    read_date(child.element().text()).ok_or_else(|| no_date(&child))
}

fn required_moment(at: &At<'_>, name: &str) -> Result<DateTime, Fault> {
    let child = at.required(name)?;
    read_moment(child.element().text()).ok_or_else(|| no_date(&child))
}

fn number<T: std::str::FromStr>(at: &At<'_>, name: &str) -> Result<Option<T>, Fault> {
    let Some(child) = at.child(name)? else {
        return Ok(None);
    };
    if child.element().text().is_empty() {
        return Ok(None);
    }
    match child.element().text().parse() {
        Ok(number) => Ok(Some(number)),
        Err(_) => Err(child.fault("number", "Phải là số nguyên không âm.", "Must be a whole number.")),
    }
}

fn no_date(at: &At<'_>) -> Fault {
    at.fault(
        "date",
        "Phải là ngày, ví dụ 2026/11/20 hoặc 2026/11/20 08:30:00.",
        "Must be a date such as 2026/11/20 or 2026/11/20 08:30:00.",
    )
}
