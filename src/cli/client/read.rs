//! `lienthong get`, `list` and `broadcast`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use lienthong_proto::v1;
use serde_json::{Value, json};

use super::connection::{ConnectionArgs, malformed};
use super::print::{Lines, OutputArgs};
use super::session::{Session, ask, incomplete};
use super::{show, upload, view, words};
use crate::cli::failure::Failure;
use crate::domain::ids::{AgencyCode, KindCode};
use crate::domain::workflow::State;

/// Entries that are asked for at once.
const PAGE: i32 = 200;

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Get {
    /// Mã yêu cầu: id of the request, `req_…`.
    id: String,
    /// Cách tính thời hạn: why each deadline is due then, day by day.
    #[arg(long)]
    why: bool,
    /// Thư mục văn bản: writes its documents, as they were sent, and its attachments into this folder.
    #[arg(long, env = "LIENTHONG_DOCUMENTS", value_name = "DIR")]
    documents: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Get {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let session = self.connection.connect().await?;
        let asked = v1::GetRequest {
            enforcement_request_id: self.id,
            include_documents: self.documents.is_some(),
        };
        let answer = ask!(async || session.requests().get(asked.clone()).await)?;
        let request = answer
            .enforcement_request
            .as_ref()
            .ok_or_else(|| incomplete("enforcement_request"))?;
        let files = match &self.documents {
            Some(folder) => write_documents(&session, folder, &answer).await?,
            None => Vec::new(),
        };
        self.output.print(
            || {
                let mut value = view::whole(request);
                view::set(
                    &mut value,
                    "attachments",
                    answer.attachments.iter().map(view::attachment).collect::<Value>(),
                );
                let next = answer.follow_ups.iter().map(|next| next.kind.clone());
                view::set(&mut value, "follow_ups", next.collect::<Value>());
                if self.documents.is_some() {
                    view::set(
                        &mut value,
                        "files",
                        files.iter().map(|file| file.display().to_string()).collect::<Value>(),
                    );
                    view::set(&mut value, "omitted_documents", answer.omitted_documents);
                }
                value
            },
            || text(request, &answer, self.why, &files),
        );
        Ok(())
    }
}

fn text(request: &v1::EnforcementRequest, answer: &v1::GetResponse, why: bool, files: &[PathBuf]) -> String {
    let mut lines = Lines::default();
    lines.text(&show::envelope(request));
    lines.text(&show::deadlines(&request.deadlines, why));
    let (in_force, ended): (Vec<_>, Vec<_>) = request.measures.iter().cloned().partition(|measure| measure.in_force);
    if !in_force.is_empty() {
        lines.heading("Biện pháp đang có hiệu lực / measures in force");
        lines.text(&show::measures(&in_force));
    }
    if !ended.is_empty() {
        lines.heading("Biện pháp đã chấm dứt / measures that have ended");
        lines.text(&show::measures(&ended));
    }
    if !request.relations.is_empty() {
        lines.heading("Liên quan / relations");
        for relation in &request.relations {
            let other = [&relation.enforcement_request_id, &relation.measure_id]
                .map(String::as_str)
                .concat();
            lines.add(&format!("  {}", words::relation_type(relation.r#type)), &other);
        }
    }
    if !answer.attachments.is_empty() {
        lines.heading("Tài liệu kèm theo / attachments");
        lines.text(&show::attachments(&answer.attachments));
    }
    if !answer.follow_ups.is_empty() {
        lines.heading("Việc có thể làm tiếp / what may follow");
        for next in &answer.follow_ups {
            let title = next.title.clone().unwrap_or_default();
            let to = &request.recipient_agency_code;
            lines.text(&format!(
                "  {} / {}\n    lienthong template {} order --to {to}\n",
                title.vi, title.en, next.kind
            ));
        }
    }
    if !files.is_empty() {
        lines.heading("Đã ghi / written");
        for file in files {
            lines.text(&format!("  {}\n", file.display()));
        }
    }
    if answer.omitted_documents > 0 {
        lines.text(&format!(
            "Còn {0} văn bản cũ hơn không đủ chỗ trong một lần trả lời. / {0} older documents did not fit.\n",
            answer.omitted_documents
        ));
    }
    lines.finish()
}

/// Writes documents and attachments; gives their files.
async fn write_documents(session: &Session, folder: &Path, answer: &v1::GetResponse) -> Result<Vec<PathBuf>, Failure> {
    let mut files = write_sent(folder, &answer.documents)?;
    for info in answer
        .attachments
        .iter()
        .filter_map(|attachment| attachment.document.as_ref())
        .filter(|document| !document.content_erased)
    {
        let (info, content) = upload::download(session, &info.document_id).await?;
        let path = folder.join(format!("{}-{}", file_name(&info.document_id), file_name(&info.name)));
        upload::write_whole(&path, &content)?;
        if !files.contains(&path) {
            files.push(path);
        }
    }
    Ok(files)
}

/// Writes documents, as they were sent, into a folder; gives their files.
pub(super) fn write_sent(folder: &Path, documents: &[v1::Document]) -> Result<Vec<PathBuf>, Failure> {
    fs::create_dir_all(folder).map_err(|error| Failure::file("--documents", folder, &error))?;
    let mut files = Vec::new();
    for document in documents {
        let ending = if document.media_type == "application/json" {
            "json"
        } else {
            "jws"
        };
        let action = words::action(document.action).to_ascii_lowercase();
        files.push(folder.join(format!("{:08}-{action}.{ending}", document.log_index)));
        if let Some(path) = files.last() {
            upload::write_whole(path, &document.content)?;
        }
    }
    Ok(files)
}

/// A name that others gave, without what could lead out of the folder; at most 150 bytes.
fn file_name(name: &str) -> String {
    let is_safe = |c: char| !c.is_control() && !"/\\:*?\"<>|".contains(c);
    let mut safe: String = name.chars().map(|c| if is_safe(c) { c } else { '_' }).collect();
    safe.truncate(safe.floor_char_boundary(150));
    safe
}

/// Whose requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Direction {
    /// Nhận: the agency must answer.
    Received,
    /// Gửi: the agency has sent.
    Sent,
}

/// What a list is narrowed to, on either side.
#[derive(Debug, Args)]
pub(in crate::cli) struct Conditions {
    /// Trạng thái: only this state, for example `SUBMITTED`.
    #[arg(long, env = "LIENTHONG_STATE", value_name = "STATE")]
    state: Option<String>,
    /// Loại yêu cầu: only this kind.
    #[arg(long, env = "LIENTHONG_KIND", value_name = "KIND")]
    kind: Option<String>,
    /// Nơi gửi: only from this agency.
    #[arg(long, env = "LIENTHONG_SENDER", value_name = "CODE")]
    sender: Option<String>,
    /// Nơi nhận: only to this agency.
    #[arg(long, env = "LIENTHONG_RECIPIENT", value_name = "CODE")]
    recipient: Option<String>,
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    /// Chiều: only received or only sent ones; without it both.
    #[arg(long, env = "LIENTHONG_DIRECTION", value_name = "DIRECTION")]
    direction: Option<Direction>,
    #[command(flatten)]
    conditions: Conditions,
    /// Tất cả: every page; without it the newest ones only.
    #[arg(long)]
    all: bool,
    /// Số yêu cầu mỗi trang: how many at once, 1 to 500.
    #[arg(long, env = "LIENTHONG_PAGE_SIZE", value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(i32).range(1..=500))]
    page_size: i32,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Conditions {
    /// As a filter says them.
    pub(super) fn all(&self) -> Result<Vec<String>, Failure> {
        let mut conditions = Vec::new();
        if let Some(state) = &self.state {
            let state = state.to_ascii_uppercase().replace('-', "_");
            if !State::ALL.iter().any(|known| known.as_str() == state) {
                let known = State::ALL
                    .iter()
                    .map(|state| state.as_str())
                    .collect::<Vec<_>>()
                    .join(", ");
                return Err(malformed("--state", &known));
            }
            conditions.push(format!("state = {state}"));
        }
        if let Some(kind) = &self.kind {
            let kind = KindCode::parse(kind).map_err(|error| malformed("--kind", &error))?;
            conditions.push(format!("kind = {kind}"));
        }
        for (name, code) in [("sender", &self.sender), ("recipient", &self.recipient)] {
            if let Some(code) = code {
                let code = AgencyCode::parse(code).map_err(|error| malformed(&format!("--{name}"), &error))?;
                conditions.push(format!("{name} = {code}"));
            }
        }
        Ok(conditions)
    }
}

impl List {
    fn filter(&self) -> Result<String, Failure> {
        let direction = self.direction.map(|direction| match direction {
            Direction::Received => "direction = IN".to_owned(),
            Direction::Sent => "direction = OUT".to_owned(),
        });
        let conditions: Vec<String> = direction.into_iter().chain(self.conditions.all()?).collect();
        Ok(conditions.join(" AND "))
    }

    pub(super) async fn run(self) -> Result<(), Failure> {
        let mut asked = v1::ListRequest {
            page_size: if self.all { PAGE } else { self.page_size },
            filter: self.filter()?,
            ..Default::default()
        };
        let session = self.connection.connect().await?;
        let mut requests = Vec::new();
        loop {
            let page = ask!(async || session.requests().list(asked.clone()).await)?;
            requests.extend(page.enforcement_requests);
            asked.page_token = page.next_page_token;
            if !self.all || asked.page_token.is_empty() {
                break;
            }
        }
        let more = !asked.page_token.is_empty();
        self.output.print(
            || json!({ "enforcement_requests": requests.iter().map(view::envelope).collect::<Value>(), "more": more }),
            || {
                let mut text = show::requests(&requests);
                if more {
                    text.push_str("Còn nữa: --all. / There are more: --all.\n");
                }
                text
            },
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_others_never_leads_out_of_the_folder() {
        assert_eq!(file_name("../../etc/passwd"), ".._.._etc_passwd");
        assert_eq!(file_name("Quyết định.pdf"), "Quyết định.pdf");
        assert!(file_name(&"ệ".repeat(300)).len() <= 150);
    }
}
