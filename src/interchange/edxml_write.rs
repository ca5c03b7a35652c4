//! Writing edXML packets, in the order of elements that the axis' own kit writes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::dates::{write_date, write_moment};
use super::edxml::{AttachedFile, Envelope, NAMESPACE, Organ, ResponseFor, Staff, StatusMessage};
use super::xml_write::XmlWriter;
use super::{Exported, Fault};
use crate::domain::document::parts::Urgency;

/// Writes the packet of a document.
///
/// # Errors
/// `required` if the sender, the recipients, number or subject are empty; `control_character`.
pub fn export(envelope: &Envelope) -> Result<Exported, Fault> {
    let mut lost = Vec::new();
    let mut xml = begin()?;
    xml.open("MessageHeader")?;
    write_organ(&mut xml, "From", &envelope.from)?;
    if envelope.to.is_empty() {
        return Err(missing(&xml, "To"));
    }
    for organ in &envelope.to {
        write_organ(&mut xml, "To", organ)?;
    }
    xml.leaf("DocumentId", &envelope.made_id())?;
    xml.open("Code")?;
    required(&mut xml, "CodeNumber", &envelope.number)?;
    xml.leaf("CodeNotation", &envelope.notation)?;
    xml.close()?;
    xml.open("PromulgationInfo")?;
    xml.leaf("Place", envelope.place.as_deref().unwrap_or_default())?;
    xml.leaf("PromulgationDate", &write_date(envelope.date))?;
    xml.close()?;
    xml.open("DocumentType")?;
    xml.leaf("Type", &envelope.document_type.code.to_string())?;
    xml.leaf("TypeName", &envelope.document_type.name)?;
    xml.close()?;
    required(&mut xml, "Subject", &envelope.subject)?;
    xml.leaf("Content", envelope.content.as_deref().unwrap_or(&envelope.subject))?;
    if let Some(signer) = &envelope.signer {
        xml.open("SignerInfo")?;
        xml.leaf_if("Competence", signer.competence.as_deref())?;
        xml.leaf_if("Position", signer.position.as_deref())?;
        xml.leaf("FullName", &signer.full_name)?;
        xml.close()?;
    }
    xml.leaf_if("DueDate", envelope.due_date.map(write_date).as_deref())?;
    write_other(&mut xml, envelope)?;
    for about in &envelope.response_for {
        write_response_for(&mut xml, about)?;
    }
    xml.leaf("SteeringType", &envelope.steering_type.unwrap_or(0).to_string())?;
    if !envelope.to_places.is_empty() {
        xml.open("ToPlaces")?;
        for place in &envelope.to_places {
            xml.leaf("Place", place)?;
        }
        xml.close()?;
    }
    xml.close()?;
    write_trace(&mut xml, envelope)?;
    // The header ends.
    xml.close()?;
    write_manifest(&mut xml, &envelope.files)?;
    // The envelope ends.
    xml.close()?;
    write_files(&mut xml, &envelope.files, &mut lost)?;
    Ok(Exported {
        xml: xml.finish()?,
        lost,
    })
}

/// Writes a status message.
///
/// # Errors
/// `required` if the sender or the document that it is about is not named; `control_character`.
pub fn export_status(message: &StatusMessage) -> Result<Exported, Fault> {
    let mut xml = begin()?;
    xml.open("Status")?;
    write_organ(&mut xml, "From", &message.from)?;
    write_response_for(&mut xml, &message.response_for)?;
    if let Some(staff) = &message.staff {
        write_staff(&mut xml, staff)?;
    }
    xml.leaf("StatusCode", message.code.as_str())?;
    let description = message.description.as_deref();
    xml.leaf("Description", description.unwrap_or(message.code.label_vi()))?;
    xml.leaf("Timestamp", &write_moment(message.at))?;
    Ok(Exported {
        xml: xml.finish()?,
        lost: Vec::new(),
    })
}

/// The document down to its header.
fn begin() -> Result<XmlWriter, Fault> {
    let mut xml = XmlWriter::new("")?;
    xml.open_with("edXML", &[("xmlns", NAMESPACE)])?;
    xml.set_prefix("edXML");
    xml.open_with("edXMLEnvelope", &[("xmlns:edXML", NAMESPACE)])?;
    xml.open("edXMLHeader")?;
    Ok(xml)
}

fn write_organ(xml: &mut XmlWriter, name: &str, organ: &Organ) -> Result<(), Fault> {
    xml.open(name)?;
    required(xml, "OrganId", &organ.id)?;
    xml.leaf_if("OrganizationInCharge", organ.in_charge.as_deref())?;
    xml.leaf("OrganName", &organ.name)?;
    xml.leaf_if("OrganAdd", organ.address.as_deref())?;
    xml.leaf_if("Email", organ.email.as_deref())?;
    xml.leaf_if("Telephone", organ.telephone.as_deref())?;
    xml.leaf_if("Fax", organ.fax.as_deref())?;
    xml.leaf_if("Website", organ.website.as_deref())?;
    xml.close()
}

fn write_other(xml: &mut XmlWriter, envelope: &Envelope) -> Result<(), Fault> {
    let priority = match envelope.urgency {
        None => "0",
        Some(Urgency::Urgent) => "1",
        Some(Urgency::VeryUrgent) => "2",
        Some(Urgency::Express) => "3",
    };
    xml.open("OtherInfo")?;
    xml.leaf("Priority", priority)?;
    xml.leaf_if("PageAmount", envelope.pages.map(|pages| pages.to_string()).as_deref())?;
    if !envelope.appendices.is_empty() {
        xml.open("Appendixes")?;
        for appendix in &envelope.appendices {
            xml.leaf("Appendix", appendix)?;
        }
        xml.close()?;
    }
    xml.close()
}

fn write_response_for(xml: &mut XmlWriter, about: &ResponseFor) -> Result<(), Fault> {
    xml.open("ResponseFor")?;
    required(xml, "OrganId", &about.organ_id)?;
    required(xml, "Code", &about.code)?;
    xml.leaf_if("PromulgationDate", about.date.map(write_date).as_deref())?;
    xml.leaf_if("DocumentId", about.document_id.as_deref())?;
    xml.close()
}

fn write_staff(xml: &mut XmlWriter, staff: &Staff) -> Result<(), Fault> {
    xml.open("StaffInfo")?;
    xml.leaf_if("Department", staff.department.as_deref())?;
    xml.leaf_if("Staff", staff.name.as_deref())?;
    xml.leaf_if("Email", staff.email.as_deref())?;
    xml.leaf_if("Mobile", staff.mobile.as_deref())?;
    xml.close()
}

fn write_trace(xml: &mut XmlWriter, envelope: &Envelope) -> Result<(), Fault> {
    xml.open("TraceHeaderList")?;
    for trace in &envelope.trace {
        xml.open("TraceHeader")?;
        required(xml, "OrganId", &trace.organ_id)?;
        xml.leaf("Timestamp", &write_moment(trace.at))?;
        xml.close()?;
    }
    let business = envelope.business;
    xml.open("Bussiness")?;
    xml.leaf_if("DocumentId", envelope.business_document_id.as_deref())?;
    xml.leaf("BussinessDocType", business.as_str())?;
    let reason = envelope.business_reason.as_deref();
    xml.leaf("BussinessDocReason", reason.unwrap_or(business.label_vi()))?;
    xml.leaf("Paper", if envelope.paper { "1" } else { "0" })?;
    if let Some(staff) = &envelope.staff {
        write_staff(xml, staff)?;
    }
    if !envelope.replaced.is_empty() {
        xml.open("ReplacementInfoList")?;
        for replaced in &envelope.replaced {
            xml.open("ReplacementInfo")?;
            required(xml, "DocumentId", &replaced.document_id)?;
            xml.open("OrganIdList")?;
            for organ_id in &replaced.organ_ids {
                xml.leaf("OrganId", organ_id)?;
            }
            xml.close()?;
            xml.close()?;
        }
        xml.close()?;
    }
    xml.close()?;
    xml.close()
}

fn write_manifest(xml: &mut XmlWriter, files: &[AttachedFile]) -> Result<(), Fault> {
    xml.open("edXMLBody")?;
    xml.open_with("edXMLManifest", &[("version", "1.0")])?;
    for file in files {
        xml.open("Reference")?;
        xml.leaf("ContentId", &format!("cid:{}", file.content_id))?;
        xml.leaf("ContentType", &file.media_type)?;
        xml.leaf("Description", file.description.as_deref().unwrap_or(&file.name))?;
        xml.leaf("AttachmentName", &file.name)?;
        xml.close()?;
    }
    xml.close()?;
    xml.close()
}

/// The files' bytes, after the envelope and without a prefix.
fn write_files(xml: &mut XmlWriter, files: &[AttachedFile], lost: &mut Vec<String>) -> Result<(), Fault> {
    for file in files.iter().filter(|file| file.content.is_none()) {
        lost.push(format!("edXML/AttachmentEncoded: the bytes of {}", file.content_id));
    }
    if files.iter().all(|file| file.content.is_none()) {
        return Ok(());
    }
    xml.set_prefix("");
    xml.open("AttachmentEncoded")?;
    for file in files {
        let Some(content) = &file.content else { continue };
        xml.open("Attachment")?;
        xml.leaf("ContentId", &format!("cid:{}", file.content_id))?;
        xml.leaf("AttachmentName", &file.name)?;
        xml.leaf("Description", file.description.as_deref().unwrap_or(&file.name))?;
        xml.leaf("ContentType", &file.media_type)?;
        xml.leaf("ContentTransferEncoded", &STANDARD.encode(content))?;
        xml.close()?;
    }
    xml.close()
}

/// An element whose text must not be empty.
fn required(xml: &mut XmlWriter, name: &str, text: &str) -> Result<(), Fault> {
    if text.trim().is_empty() {
        return Err(missing(xml, name));
    }
    xml.leaf(name, text)
}

fn missing(xml: &XmlWriter, name: &str) -> Fault {
    Fault::new(
        format!("{}/{name}", xml.path()),
        "required",
        "Thiếu nội dung bắt buộc.",
        "A required content is missing or empty.",
    )
}

#[cfg(test)]
mod tests {
    use super::super::edxml::samples;
    use super::*;

    #[test]
    fn a_document_is_written_as_the_golden_file() {
        let exported = export(&samples::envelope()).unwrap();
        assert_eq!(exported.xml, include_str!("../../tests/golden/interchange/order.edxml"));
        assert!(exported.lost.is_empty());
    }

    #[test]
    fn a_status_is_written_as_the_golden_file() {
        let exported = export_status(&samples::status()).unwrap();
        let golden = include_str!("../../tests/golden/interchange/status-03.edxml");
        assert_eq!(exported.xml, golden);
    }

    #[test]
    fn what_the_axis_demands_must_be_there() {
        let mut envelope = samples::envelope();
        envelope.to[1].id.clear();
        let fault = export(&envelope).unwrap_err();
        let path = "edXML/edXMLEnvelope/edXMLHeader/MessageHeader/To/OrganId";
        assert_eq!((fault.path.as_str(), fault.reason), (path, "required"));
        envelope.to.clear();
        assert_eq!(export(&envelope).unwrap_err().reason, "required");
    }

    #[test]
    fn files_without_bytes_are_named_and_told() {
        let mut envelope = samples::envelope();
        envelope.files[0].content = None;
        let exported = export(&envelope).unwrap();
        assert_eq!(exported.lost, ["edXML/AttachmentEncoded: the bytes of 1"]);
        assert!(!exported.xml.contains("AttachmentEncoded"));
    }
}
