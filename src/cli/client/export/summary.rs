//! What a bundle says, for people: Vietnamese first. It is no evidence and says so. Everything in it is escaped, and it needs
//! nothing from anywhere else.

use serde_json::Value;

use crate::domain::catalogue::Catalogue;
use crate::domain::event::EventDetails;
use crate::domain::ids::KindCode;
use crate::domain::sandbox::{MARK_VI, is_sandbox};
use crate::domain::signature::ChainLink;
use crate::domain::time::Timestamp;
use crate::domain::workflow::{Action, State};
use crate::evidence::leaf::Leaf;

const STYLE: &str = "body{font:11pt/1.45 'Times New Roman',serif;max-width:56em;margin:2em auto;padding:0 1em;color:#000}\
h1{font-size:16pt}h2{font-size:13pt;margin-top:1.5em}table{border-collapse:collapse;width:100%}\
th,td{border:1px solid #777;padding:.25em .5em;text-align:left;vertical-align:top;overflow-wrap:anywhere}\
tr{break-inside:avoid}.note{border-left:3px solid #777;padding-left:1em}code{overflow-wrap:anywhere}\
pre{white-space:pre-wrap;overflow-wrap:anywhere}";

/// A step of the request.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) log_index: u64,
    hub_time: i64,
    action: String,
    to_state: String,
    agency: String,
    officer: String,
    /// The kind, of the first.
    kind: Option<String>,
    /// Number and date of its paper, if it has a head.
    paper: Option<String>,
    /// The file of what was sent, if it is there.
    file: Option<String>,
    pub(super) signers: Vec<StepSigner>,
}

/// A signature on its document.
#[derive(Debug)]
pub(super) struct StepSigner {
    /// None: the agency's seal.
    officer: Option<String>,
    algorithm: String,
    pub(super) certificate_sha256: String,
    /// The list of revocations in which the certificate was looked up.
    list_sha256: Option<String>,
}

impl Step {
    pub(super) fn of(leaf: &Leaf, details: &str, document: Option<&[u8]>, file: &str) -> Self {
        // What does not fit is found by the verifier; here it is left out.
        let details: EventDetails = serde_json::from_str(details).unwrap_or_default();
        let list = |chain: &[ChainLink]| chain.first()?.revocation_list_sha256.clone();
        let signers = details.signed.into_iter().flat_map(|signed| {
            let seal = StepSigner {
                officer: None,
                algorithm: signed.seal.algorithm,
                certificate_sha256: signed.seal.certificate_sha256,
                list_sha256: list(&signed.seal.chain),
            };
            let own = signed.officer.map(|own| StepSigner {
                officer: Some(own.officer_id.to_string()),
                algorithm: own.algorithm,
                certificate_sha256: own.certificate_sha256,
                list_sha256: list(&own.chain),
            });
            [Some(seal), own].into_iter().flatten()
        });
        let paper: Option<Value> = document.and_then(|document| serde_json::from_slice(document).ok());
        let head = |pointer: &str| Some(paper.as_ref()?.pointer(pointer)?.as_str()?.to_owned());
        let number = head("/head/number").zip(head("/head/date"));
        Self {
            log_index: leaf.log_index,
            hub_time: leaf.hub_time,
            action: leaf.action.clone(),
            to_state: leaf.to_state.clone(),
            agency: leaf.agency.clone(),
            officer: leaf.officer.clone(),
            kind: details.opened.map(|opened| opened.kind.to_string()),
            paper: number.map(|(number, date)| format!("{number}, {}", date_vi(&date))),
            file: document.map(|_| file.to_owned()),
            signers: signers.collect(),
        }
    }

    fn action_vi(&self) -> &str {
        let action = self.action.parse::<Action>();
        action.map_or(&self.action, |action| action.label_vi())
    }

    fn state_vi(&self) -> &str {
        let state = self.to_state.parse::<State>();
        state.map_or(&self.to_state, |state| state.label_vi())
    }
}

/// Text between tags and in attributes.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}

fn row(tag: &str, cells: &[&str]) -> String {
    let cells: Vec<String> = cells
        .iter()
        .map(|cell| format!("<{tag}>{}</{tag}>", escaped(cell)))
        .collect();
    format!("<tr>{}</tr>\n", cells.concat())
}

fn table(headings: &[&str], rows: &str) -> String {
    format!("<table>\n{}{rows}</table>\n", row("th", headings))
}

/// What a kind is called, Vietnamese and English, each with its code; a kind that this program does not know by its code alone.
fn titles(kind: &str) -> (String, String) {
    let code = kind.parse::<KindCode>().ok();
    let known = code.zip(Catalogue::embedded().ok());
    let known = known.and_then(|(code, catalogue)| catalogue.newest(&code).cloned());
    let with_code = |title: &str| format!("{title} ({kind})");
    known.map_or_else(
        || (kind.to_owned(), kind.to_owned()),
        |known| {
            (
                with_code(&known.definition.title_vi),
                with_code(&known.definition.title_en),
            )
        },
    )
}

/// A date (`2026-11-28`) as papers write it; what is none stays.
fn date_vi(date: &str) -> String {
    let read = date.parse::<jiff::civil::Date>();
    read.map_or_else(|_| date.to_owned(), |date| date.strftime("%d/%m/%Y").to_string())
}

/// What the page of a sandbox begins with. The first line of a checkpoint is the hub's name.
fn mark(note: &str) -> String {
    if is_sandbox(note) {
        format!("<h1>{MARK_VI}</h1>\n")
    } else {
        String::new()
    }
}

/// The page.
pub(super) fn page(request: &str, note: &str, steps: &[Step]) -> String {
    let kind = steps.iter().find_map(|step| step.kind.as_deref()).unwrap_or("–");
    let (kind_vi, kind_en) = titles(kind);
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"vi\">\n<head>\n<meta charset=\"utf-8\">\n<title>{request}</title>\n<style>{STYLE}</style>\n\
         </head>\n<body>\n{mark}<h1>Bộ chứng cứ của yêu cầu {request}</h1>\n<p>Loại yêu cầu: {kind}. Thời gian theo giờ Việt Nam.</p>\n\
         <p class=\"note\">Trang này chỉ để đọc, không phải chứng cứ. Chứng cứ là các tệp đi kèm, kê trong <code>manifest.json</code>; \
         kiểm tra bằng <code>lienthong verify bundle</code> hoặc <code>tools/verify.py bundle</code>, không cần cổng.</p>\n",
        mark = mark(note),
        request = escaped(request),
        kind = escaped(&kind_vi),
    );
    html.push_str("<h2>Diễn biến</h2>\n");
    html.push_str(&lives(steps, Language::Vietnamese));
    html.push_str("<h2>Chữ ký số</h2>\n");
    html.push_str(&signatures(steps, Language::Vietnamese));
    let between = format!(
        "<h2>Điểm kiểm tra do cổng ký</h2>\n<pre>{note}</pre>\n<h1 lang=\"en\">Evidence of the request {request}</h1>\n\
         <div lang=\"en\">\n<p>Kind: {kind}. Times are those of Viet Nam.</p>\n<p class=\"note\">This page is for reading and no evidence. The \
         evidence is the files beside it, listed in <code>manifest.json</code>; they are checked by <code>lienthong verify bundle</code> or \
         <code>tools/verify.py bundle</code>, without the hub. The checkpoint that the hub signed stands above.</p>\n<h2>What happened</h2>\n",
        note = escaped(note),
        request = escaped(request),
        kind = escaped(&kind_en),
    );
    html.push_str(&between);
    html.push_str(&lives(steps, Language::English));
    html.push_str("<h2>Signatures</h2>\n");
    html.push_str(&signatures(steps, Language::English));
    html.push_str("</div>\n</body>\n</html>\n");
    html
}

#[derive(Clone, Copy)]
enum Language {
    Vietnamese,
    English,
}

fn lives(steps: &[Step], language: Language) -> String {
    let mut rows = String::new();
    for step in steps {
        let (action, state) = match language {
            Language::Vietnamese => (step.action_vi(), step.state_vi()),
            Language::English => (step.action.as_str(), step.to_state.as_str()),
        };
        let time = Timestamp::from_micros(step.hub_time).civil();
        rows.push_str(&row(
            "td",
            &[
                &step.log_index.to_string(),
                &time.strftime("%d/%m/%Y %H:%M:%S").to_string(),
                action,
                state,
                &format!("{} ({})", step.agency, step.officer),
                step.paper.as_deref().unwrap_or("–"),
                step.file.as_deref().unwrap_or("–"),
            ],
        ));
    }
    let headings = match language {
        Language::Vietnamese => [
            "Mục nhật ký",
            "Lúc",
            "Việc",
            "Trạng thái",
            "Cơ quan (cán bộ)",
            "Văn bản số, ngày",
            "Tệp",
        ],
        Language::English => [
            "Log entry",
            "At",
            "Step",
            "State",
            "Agency (officer)",
            "Paper: number, date",
            "File",
        ],
    };
    table(&headings, &rows)
}

fn signatures(steps: &[Step], language: Language) -> String {
    let (seal, own, none, headings) = match language {
        Language::Vietnamese => (
            "Con dấu số của cơ quan",
            "Cán bộ",
            "Không văn bản nào được ký số.",
            [
                "Mục nhật ký",
                "Người ký",
                "Thuật toán",
                "SHA-256 của chứng thư số",
                "Danh sách thu hồi đã tra khi nhận (SHA-256)",
            ],
        ),
        Language::English => (
            "The agency's seal",
            "Officer",
            "No document was signed.",
            [
                "Log entry",
                "Signer",
                "Algorithm",
                "SHA-256 of the certificate",
                "List of revocations looked up at acceptance (SHA-256)",
            ],
        ),
    };
    let mut rows = String::new();
    for step in steps {
        for signer in &step.signers {
            let who = signer
                .officer
                .as_ref()
                .map_or_else(|| seal.to_owned(), |officer| format!("{own} {officer}"));
            rows.push_str(&row(
                "td",
                &[
                    &step.log_index.to_string(),
                    &format!("{} – {who}", step.agency),
                    &signer.algorithm,
                    &signer.certificate_sha256,
                    signer.list_sha256.as_deref().unwrap_or("–"),
                ],
            ));
        }
    }
    if rows.is_empty() {
        return format!("<p>{none}</p>\n");
    }
    table(&headings, &rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::leaf::{EntryType, NO_CONTENT};

    #[test]
    fn what_agencies_wrote_comes_in_only_escaped_and_nothing_is_fetched() {
        let leaf = Leaf {
            entry_type: EntryType::Request,
            log_index: 7,
            hub_time: 1_795_000_000_000_000,
            version: 1,
            subject: "req_1".into(),
            action: "submit".into(),
            from_state: String::new(),
            to_state: "SUBMITTED".into(),
            agency: "<script src=//x>".into(),
            officer: "an".into(),
            counterparty: String::new(),
            content_digest: NO_CONTENT,
            row_digest: NO_CONTENT,
        };
        let paper = br#"{"head":{"number":"1<b>\"'&","date":"2026-11-20"}}"#;
        let step = Step::of(&leaf, "{}", Some(paper), "entries/7");
        let page = page("<i>", "hub <u>\n", &[step]);
        for tag in ["<script", "<b>", "<i>", "<u>", "//x>", "http", "url("] {
            assert!(!page.contains(tag), "{tag}");
        }
        assert!(page.contains("1&lt;b&gt;&quot;&#39;&amp;, 20/11/2026"), "{page}");
        assert!(page.find("Diễn biến") < page.find("What happened"), "Vietnamese first");
        assert!(!page.contains(MARK_VI));
    }

    #[test]
    fn a_sandbox_says_so_above_all() {
        let page = page("req_1", "sandbox.lienthong.test\n8\n", &[]);
        assert!(page.find(MARK_VI) < page.find("Bộ chứng cứ") && page.contains(MARK_VI));
    }
}
