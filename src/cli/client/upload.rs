//! `lienthong upload` and `download`: documents that travel beside orders and answers.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use clap::Args;
use lienthong_proto::v1;
use serde_json::json;

use super::connection::ConnectionArgs;
use super::print::{Lines, OutputArgs};
use super::session::{Session, ask, incomplete};
use super::{show, view};
use crate::app::keep::Progress as _;
use crate::cli::args::read;
use crate::cli::failure::Failure;
use crate::cli::progress::Told;
use crate::client::documents::{fetch, send};
use crate::evidence::digest::{hex, sha256};

/// A file to upload.
#[derive(Debug, Clone)]
pub(super) struct Upload {
    /// File name as people see it.
    pub(super) name: String,
    /// Media type, by the name's ending.
    pub(super) media_type: String,
    /// SHA-256 of its bytes.
    pub(super) sha256: [u8; 32],
    /// Its bytes.
    pub(super) content: Bytes,
    /// Makes the retry safe.
    pub(super) key: String,
}

impl Upload {
    /// Reads a file. Its key follows from `scope`, its name and its bytes: the same file again is the same upload.
    pub(super) fn read(path: &Path, scope: &str) -> Result<Self, Failure> {
        let content = read("FILE", path)?;
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("document");
        let sha256_of_content = sha256(&content);
        let identity = format!("{scope}\n{name}\n{}", hex(&sha256_of_content));
        Ok(Self {
            name: name.to_owned(),
            media_type: media_type(name).to_owned(),
            sha256: sha256_of_content,
            content: content.into(),
            key: format!("upload-{}", hex(&sha256(identity.as_bytes()))),
        })
    }

    /// How many bytes it has.
    pub(super) fn size(&self) -> u64 {
        u64::try_from(self.content.len()).unwrap_or(u64::MAX)
    }
}

fn media_type(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref() {
        Some("pdf") => "application/pdf",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("zip") => "application/zip",
        Some("xml") => "application/xml",
        Some("json") => "application/json",
        Some("docx") => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Some("odt") => "application/vnd.oasis.opendocument.text",
        Some("ods") => "application/vnd.oasis.opendocument.spreadsheet",
        Some("csv") => "text/csv",
        Some("txt") => "text/plain",
        _ => "application/octet-stream",
    }
}

/// Uploads a file; goes on where an earlier attempt stopped. The same upload again gives the first answer.
pub(super) async fn upload(session: &Session, upload: &Upload) -> Result<v1::UploadResponse, Failure> {
    let header = v1::UploadHeader {
        idempotency_key: upload.key.clone(),
        name: upload.name.clone(),
        media_type: upload.media_type.clone(),
        size: i64::try_from(upload.content.len()).unwrap_or(i64::MAX),
        sha256: upload.sha256.to_vec().into(),
    };
    let told = Arc::new(Told::new("Đang tải lên", "uploading"));
    let sent = move |bytes| told.step("byte", bytes);
    ask!(async || send(session.documents(), &header, &upload.content, sent.clone()).await)
}

/// Downloads a document into memory and holds it against its digest; goes on where an attempt broke off.
pub(super) async fn download(session: &Session, id: &str) -> Result<(v1::DocumentInfo, Vec<u8>), Failure> {
    let told = Told::new("Đang tải xuống", "downloading");
    let mut content = Vec::new();
    let info = ask!(async || {
        let documents = session.documents();
        fetch(documents, id, &mut content, |bytes| told.step("byte", bytes)).await
    })?;
    if info.sha256.as_ref() == sha256(&content) {
        return Ok((info, content));
    }
    Err(Failure::failed(
        format!("Tài liệu {id} nhận được không khớp SHA-256; hãy tải lại."),
        format!("The document {id} arrived with another SHA-256; download it again."),
    ))
}

/// Writes a file whole: under another name first, so that half a file never has this one.
pub(super) fn write_whole(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let wrong = |error| Failure::file("-O", path, &error);
    let mut draft = path.as_os_str().to_owned();
    draft.push(".part");
    let draft = PathBuf::from(draft);
    let mut file = fs::File::create(&draft).map_err(wrong)?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(wrong)?;
    fs::rename(&draft, path).map_err(wrong)
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct UploadCommand {
    /// Tệp: the file to upload.
    file: PathBuf,
    /// Khóa: makes the retry safe; without it the key follows from the file's name and bytes.
    #[arg(long, env = "LIENTHONG_KEY", value_name = "KEY")]
    key: Option<String>,
    /// Kiểu tệp: its media type; without it, by the name's ending.
    #[arg(long, env = "LIENTHONG_MEDIA_TYPE", value_name = "TYPE")]
    media_type: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl UploadCommand {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let mut file = Upload::read(&self.file, "")?;
        file.key = self.key.unwrap_or(file.key);
        file.media_type = self.media_type.unwrap_or(file.media_type);
        let session = self.connection.connect().await?;
        let done = upload(&session, &file).await?;
        let receipt = done.receipt.as_ref().ok_or_else(|| incomplete("receipt"))?;
        self.output.print(
            || {
                json!({
                    "document_id": done.document_id,
                    "name": file.name,
                    "media_type": file.media_type,
                    "size": done.size,
                    "sha256": view::digest(&done.sha256),
                    "receipt": view::receipt(receipt),
                })
            },
            || {
                let mut lines = Lines::default();
                lines.add("Mã tài liệu / document", &done.document_id);
                lines.add("SHA-256", &hex(&file.sha256));
                lines.text(&show::receipt(receipt));
                lines.finish()
            },
        );
        session.hold(receipt.checkpoint.as_ref()).await
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct DownloadCommand {
    /// Mã tài liệu: id of the document, `doc_…`.
    document: String,
    /// Tệp kết quả: where to write it; a file that is there is replaced.
    #[arg(short = 'O', long, env = "LIENTHONG_OUT", value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl DownloadCommand {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let session = self.connection.connect().await?;
        let (info, content) = download(&session, &self.document).await?;
        write_whole(&self.out, &content)?;
        let file = self.out.display().to_string();
        self.output.print(
            || json!({ "document": view::document(&info), "file": file }),
            || {
                format!(
                    "Đã ghi {file}: {name}, {size} byte, SHA-256 khớp. / Written and checked.\n",
                    name = super::print::plain(&info.name),
                    size = info.size
                )
            },
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_file_is_the_same_upload_and_another_name_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("qd.PDF");
        fs::write(&path, "%PDF-1.7").unwrap();
        let key = |path: &Path| Upload::read(path, "order").unwrap().key;
        assert_eq!(key(&path), key(&path));
        assert_eq!(Upload::read(&path, "").unwrap().media_type, "application/pdf");
        let other = folder.path().join("qd2.pdf");
        fs::copy(&path, &other).unwrap();
        assert_ne!(key(&path), key(&other));
    }
}
