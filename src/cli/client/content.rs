//! Documents to send: read from a file or stdin and sent as they are, to the byte, unless attachments or a key are asked for.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;

use super::session::{Session, fresh_key};
use super::upload::{self, Upload};
use super::view;
use crate::cli::args::read_text;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::domain::document::parts::Code;
use crate::evidence::digest::hex;

/// A document to send.
#[derive(Debug, Args)]
pub(super) struct DocumentArgs {
    /// Tệp văn bản: the document as JSON (or signed, as JWS); `-` reads it from stdin. `lienthong template` makes one.
    #[arg(value_name = "FILE|-", required = true)]
    file: Option<PathBuf>,
    /// Tài liệu kèm theo: uploads this file and names it in `attachments`, with a code of the kind after a colon if it has
    /// one, for example `qd.pdf:ENFORCEMENT_DECISION`. May be given several times.
    #[arg(long, env = "LIENTHONG_ATTACH", value_name = "FILE[:CODE]")]
    attach: Vec<String>,
    /// Cấp khóa mới: writes the document with a fresh idempotency key into this new file, and sends that.
    #[arg(long, env = "LIENTHONG_NEW_KEY", value_name = "COPY")]
    new_key: Option<PathBuf>,
}

/// What is sent.
#[derive(Debug, Clone)]
pub(super) enum Content {
    /// JSON text.
    Document(String),
    /// JWS, compact or general form.
    Jws(String),
}

/// A document that was read, with what must be uploaded first.
#[derive(Debug)]
pub(super) struct Draft {
    content: Content,
    uploads: Vec<Upload>,
}

/// Puts a [`Content`] into the `oneof` of a message.
macro_rules! oneof {
    ($module:ident, $content:expr) => {
        Some(match $content {
            $crate::cli::client::content::Content::Document(text) => {
                lienthong_proto::v1::$module::Content::Document(text)
            }
            $crate::cli::client::content::Content::Jws(text) => lienthong_proto::v1::$module::Content::Jws(text),
        })
    };
}
pub(super) use oneof;

impl DocumentArgs {
    /// Reads the document. Nothing is uploaded yet.
    pub(super) fn read(&self) -> Result<Draft, Failure> {
        // clap has asked for it, unless a word stands in its place that is a command of its own.
        let text = read_document(&self.file.clone().unwrap_or_default())?;
        let content = Content::of(text)?;
        let Content::Document(text) = content else {
            return self.signed(content);
        };
        let mut value = object(&text)?;
        let mut is_changed = false;
        if let Some(copy) = &self.new_key {
            view::set(&mut value, "idempotency_key", fresh_key());
            write_new(copy, &format!("{value:#}\n"))?;
            output::error(&format!(
                "Đã ghi bản có khóa mới vào {path}; gửi lại thì dùng tệp này.\nThe copy with a fresh key is {path}; send \
                 that file to try again.\n",
                path = copy.display()
            ));
            is_changed = true;
        }
        let key = key_of(&value)?;
        let mut uploads = Vec::new();
        for named in &self.attach {
            let (path, code) = split_code(named);
            let upload = Upload::read(&path, &key)?;
            attach(&mut value, &upload, code.as_ref())?;
            uploads.push(upload);
            is_changed = true;
        }
        let content = Content::Document(if is_changed { format!("{value:#}\n") } else { text });
        Ok(Draft { content, uploads })
    }

    fn signed(&self, content: Content) -> Result<Draft, Failure> {
        if self.attach.is_empty() && self.new_key.is_none() {
            let uploads = Vec::new();
            return Ok(Draft { content, uploads });
        }
        Err(Failure::configuration(
            "FILE: văn bản đã ký thì không sửa được; --attach và --new-key chỉ dùng cho văn bản chưa ký",
            "FILE: a signed document cannot be changed; --attach and --new-key are for unsigned ones",
        ))
    }
}

impl Draft {
    /// The document's JSON; fails for a signed one.
    pub(super) fn json(&self) -> Result<(String, Value), Failure> {
        match &self.content {
            Content::Document(text) => Ok((text.clone(), object(text)?)),
            Content::Jws(_) => Err(Failure::configuration(
                "--check: chỉ kiểm tra văn bản chưa ký",
                "--check: only unsigned documents can be checked",
            )),
        }
    }

    /// Uploads its attachments; gives what to send. Says the documents' ids on stderr.
    pub(super) async fn uploaded(self, session: &Session) -> Result<Content, Failure> {
        for attachment in &self.uploads {
            let done = upload::upload(session, attachment).await?;
            output::error(&format!(
                "Đã tải lên / uploaded: {} ({})\n",
                done.document_id, attachment.name
            ));
        }
        Ok(self.content)
    }
}

impl Content {
    pub(super) fn of(text: String) -> Result<Self, Failure> {
        let trimmed = text.trim();
        let is_base64url = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        if trimmed.split('.').count() == 3 && trimmed.split('.').all(is_base64url) {
            return Ok(Self::Jws(trimmed.to_owned()));
        }
        let value = object(&text)?;
        let is_general_jws = value.get("signatures").is_some() && value.get("schema").is_none();
        Ok(if is_general_jws {
            Self::Jws(text)
        } else {
            Self::Document(text)
        })
    }
}

/// The text of a document's file; `-` is stdin.
pub(super) fn read_document(path: &Path) -> Result<String, Failure> {
    if path != Path::new("-") {
        return read_text("FILE", path);
    }
    let mut text = String::new();
    std::io::stdin()
        .lock()
        .read_to_string(&mut text)
        .map_err(|error| Failure::file("FILE", path, &error))?;
    Ok(text)
}

/// A JSON object. What is wrong inside it is the hub's to say, which knows the exact place.
fn object(text: &str) -> Result<Value, Failure> {
    let wrong = |why: &dyn std::fmt::Display| {
        Failure::configuration(
            format!("FILE: tệp không phải một văn bản JSON: {why}"),
            format!("FILE: the file is not a document in JSON: {why}"),
        )
    };
    match serde_json::from_str::<Value>(text) {
        Ok(value) if value.is_object() => Ok(value),
        Ok(_) => Err(wrong(&"{…}")),
        Err(error) => Err(wrong(&error)),
    }
}

fn key_of(value: &Value) -> Result<String, Failure> {
    let key = value.get("idempotency_key").and_then(Value::as_str);
    key.map(str::to_owned).ok_or_else(|| {
        Failure::configuration(
            "FILE: văn bản chưa có idempotency_key, nên gửi lại không an toàn; thêm --new-key BẢN_SAO để ghi một bản có khóa mới \
             và gửi bản đó",
            "FILE: the document has no idempotency_key, so that trying again would not be safe; add --new-key COPY, which writes \
             a copy with a fresh key and sends that",
        )
    })
}

/// The path, and the code after its last colon unless a file has that whole name.
fn split_code(named: &str) -> (PathBuf, Option<Code>) {
    let whole = PathBuf::from(named);
    if whole.exists() {
        return (whole, None);
    }
    let split = named.rsplit_once(':');
    let split = split.and_then(|(path, code)| Some((PathBuf::from(path), Code::parse(code).ok()?)));
    split.map_or((whole, None), |(path, code)| (path, Some(code)))
}

fn attach(document: &mut Value, upload: &Upload, code: Option<&Code>) -> Result<(), Failure> {
    let digest = hex(&upload.sha256);
    let mut entry = serde_json::json!({
        "name": upload.name,
        "sha256": digest,
        "size": upload.size(),
        "media_type": upload.media_type,
    });
    if let Some(code) = code {
        view::set(&mut entry, "type", code.as_str());
    }
    let wrong = || {
        Failure::configuration(
            "FILE: attachments của văn bản phải là một danh sách",
            "FILE: the document's attachments must be a list",
        )
    };
    let members = document.as_object_mut().ok_or_else(wrong)?;
    let list = members.entry("attachments").or_insert_with(|| Value::Array(Vec::new()));
    let list = list.as_array_mut().ok_or_else(wrong)?;
    // The template may name it already, with another code.
    list.retain(|item| item.get("sha256").and_then(Value::as_str) != Some(digest.as_str()));
    list.push(entry);
    Ok(())
}

/// Writes a file that must not be there yet.
pub(super) fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let file = fs::OpenOptions::new().write(true).create_new(true).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| {
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            Failure::configuration(
                format!("{} đã có; chọn tên khác", path.display()),
                format!("{} is there already; choose another name", path.display()),
            )
        } else {
            Failure::file("FILE", path, &error)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_follows_the_last_colon() {
        assert_eq!(split_code("a/qd.pdf"), (PathBuf::from("a/qd.pdf"), None));
        let (path, code) = split_code("qd.pdf:ENFORCEMENT_DECISION");
        assert_eq!(
            (path, code.unwrap().as_str()),
            (PathBuf::from("qd.pdf"), "ENFORCEMENT_DECISION")
        );
        assert_eq!(split_code("qd.pdf:lower"), (PathBuf::from("qd.pdf:lower"), None));
    }

    #[test]
    fn signed_documents_are_told_from_json() {
        assert!(matches!(Content::of("eyJ.eyJ.sig\n".to_owned()), Ok(Content::Jws(text)) if text == "eyJ.eyJ.sig"));
        assert!(matches!(
            Content::of(r#"{"payload":"","signatures":[]}"#.to_owned()),
            Ok(Content::Jws(_))
        ));
        assert!(matches!(Content::of(" {} ".to_owned()), Ok(Content::Document(text)) if text == " {} "));
        assert!(Content::of("[]".to_owned()).is_err() && Content::of("x.y".to_owned()).is_err());
    }

    #[test]
    fn a_file_is_named_once_among_the_attachments() {
        let upload = Upload {
            name: "qd.pdf".to_owned(),
            media_type: "application/pdf".to_owned(),
            sha256: [7; 32],
            content: b"%PDF-".to_vec().into(),
            key: "k".to_owned(),
        };
        let mut document = serde_json::json!({});
        attach(&mut document, &upload, None).unwrap();
        attach(&mut document, &upload, Some(&Code::parse("DECISION").unwrap())).unwrap();
        let list = document["attachments"].as_array().unwrap();
        assert_eq!(
            (list.len(), &list[0]["type"], &list[0]["size"]),
            (1, &"DECISION".into(), &5.into())
        );
    }
}
