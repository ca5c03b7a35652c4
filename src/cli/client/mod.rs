//! The client commands: what an agency does at a hub, for people and scripts.

mod account_holds;
mod agency;
mod broadcast;
pub(super) mod calendar;
mod case;
mod case_text;
mod check;
mod commands;
pub(super) mod connection;
mod content;
mod erase;
mod erase_text;
mod evidence;
mod export;
mod help;
mod help_agency;
mod help_case;
mod help_report;
mod inbox;
mod key_place;
pub(super) mod log_memory;
mod measures;
mod measures_file;
mod notices;
mod operator;
mod paper;
pub(super) mod print;
mod read;
mod register;
mod report;
mod report_books;
mod sandbox;
mod send;
pub(super) mod session;
mod show;
mod signing;
mod signing_keys;
mod silence;
mod standing;
mod steps;
mod supervise;
mod supervise_text;
mod suspension;
mod template;
mod track;
mod track_deadlines;
mod track_figures;
mod track_timeline;
pub(super) mod tracking;
mod upload;
mod view;
mod webhook;
mod webhook_text;
mod webhook_verify;
mod words;

use clap::Subcommand;

use super::failure::Failure;
use steps::Step;

/// What an agency does.
#[derive(Debug, Subcommand)]
pub(super) enum Client {
    /// Gửi: submits an order. Safe to repeat: the same file is the same submit, and gives the first receipt.
    #[command(after_help = help::SEND)]
    Send(send::Send),
    /// Yêu cầu theo kỳ: enquiries that are asked again as long as their case is alive, within a budget.
    #[command(subcommand)]
    Standing(standing::Standing),
    /// Ký số: signs a document with the agency's seal, and with the officer's own key if asked; sends nothing.
    #[command(after_help = help::SIGN)]
    Sign(signing::Sign),
    /// Khóa trong token: what a PKCS#11 module offers to sign with, and the URI of each key.
    #[command(after_help = help::SIGNING_KEYS)]
    SigningKeys(signing_keys::SigningKeys),
    /// Hộp thư: what is new for the agency, urgent first. Reading alone registers nothing and moves nothing.
    #[command(after_help = help::INBOX)]
    Inbox(inbox::Inbox),
    /// Tiếp nhận, vào sổ: registers a received request.
    #[command(after_help = help::ACK)]
    Ack(steps::Ack),
    /// Trả lời: an interim answer (thông báo tiến độ) or the final one (trả lời kết quả); the document says which.
    #[command(after_help = help::ANSWER)]
    Answer(steps::CheckedStepCommand),
    /// Thông báo phát sinh, báo cáo: what arose after the answer; with a word behind it reports, their figures and lists.
    #[command(after_help = help::REPORT)]
    Report(Box<report::ReportCommand>),
    /// Đính chính: puts a final answer right; the document states the whole right answer.
    #[command(after_help = help::CORRECT)]
    Correct(steps::StepCommand),
    /// Trả lại, nêu rõ lý do: wrong office or missing papers.
    #[command(after_help = help::SEND_BACK)]
    SendBack(steps::CheckedStepCommand),
    /// Đề nghị làm rõ: asks the sender.
    #[command(after_help = help::ASK)]
    Ask(commands::Ask),
    /// Làm rõ: answers the recipient's question.
    #[command(after_help = help::CLARIFY)]
    Clarify(steps::CheckedStepCommand),
    /// Phân công: names the unit and officer in charge.
    #[command(after_help = help::ASSIGN)]
    Assign(commands::Assign),
    /// Chuyển xử lý: hands over to another unit of the agency.
    #[command(after_help = help::FORWARD)]
    Forward(commands::Forward),
    /// Gia hạn: lengthens one of the recipient's deadlines, once.
    #[command(after_help = help::EXTEND)]
    Extend(commands::Extend),
    /// Đề nghị trả lời lại: does not accept an answer or a return.
    #[command(after_help = help::DISPUTE)]
    Dispute(commands::Dispute),
    /// Đề nghị lấy lại: asks for a request back.
    #[command(after_help = help::WITHDRAW)]
    Withdraw(steps::CheckedStepCommand),
    /// Đồng ý lấy lại, không đồng ý lấy lại: decides on a withdrawal.
    #[command(after_help = help::DECIDE_WITHDRAWAL)]
    DecideWithdrawal(commands::DecideWithdrawal),
    /// Giao văn bản giấy: hands the order over to a partner that is not connected, or minutes its refusal.
    #[command(after_help = help::SERVE_PAPER)]
    ServePaper(steps::StepCommand),
    /// Nhập trả lời bằng giấy: enters the paper answer of a partner that is not connected, with its scan.
    #[command(after_help = help::RECORD_ANSWER)]
    RecordAnswer(steps::StepCommand),
    /// Đóng yêu cầu: after the answer or the return, when no measure is in force.
    #[command(after_help = help::CLOSE)]
    Close(commands::Close),
    /// Một yêu cầu: where it stands, its deadlines, measures, relations and attachments.
    #[command(after_help = help::GET)]
    Get(read::Get),
    /// Danh sách yêu cầu: newest first.
    #[command(after_help = help::LIST)]
    List(read::List),
    /// Theo dõi: what happened to a request, who has it since when, and what is due.
    #[command(after_help = help::TRACK)]
    Track(Box<track::Track>),
    /// Gửi nhiều nơi nhận: where each recipient of one order stands.
    #[command(after_help = help::BROADCAST)]
    Broadcast(broadcast::Broadcast),
    /// Mẫu văn bản: a document to start from, with the agency's own codes and a fresh key.
    #[command(after_help = help::TEMPLATE)]
    Template(template::Template),
    /// Tải lên: a document that orders and answers may name.
    #[command(after_help = help::UPLOAD)]
    Upload(upload::UploadCommand),
    /// Tải xuống: a document, checked against its SHA-256.
    #[command(after_help = help::DOWNLOAD)]
    Download(upload::DownloadCommand),
    /// Sổ: the agency's register of a year.
    #[command(after_help = help::REGISTER)]
    Register(register::RegisterCommand),
    /// In: the order, the newest answer or the minutes of a hand-over as a page (HTML, A4) to print.
    #[command(after_help = help::PRINT)]
    Print(paper::Print),
    /// Chứng cứ điện tử: receipts to keep, and what they are checked with.
    #[command(subcommand)]
    Evidence(evidence::Evidence),
    /// Xóa nội dung: documents whose retention is over, by two persons; proofs stay.
    #[command(subcommand)]
    Erase(erase::Erase),
    /// Giám sát, kiểm sát: what the agencies under one sent and received, and who looked. Each look is logged.
    #[command(subcommand)]
    Supervise(supervise::Supervise),
    /// Địa chỉ nhận báo: addresses of the agency that the hub calls when something comes to its mailbox.
    #[command(subcommand)]
    Webhook(webhook::Webhook),
    /// Báo cáo cấp có thẩm quyền: notices of lateness that the hub drafted, for the agency's head to confirm.
    #[command(subcommand)]
    Notices(notices::Notices),
    /// Cơ quan, tổ chức: the registry of agencies, its import from files, and what the hub has.
    #[command(subcommand)]
    Agency(agency::Agency),
    /// Việc thi hành án: cases, what is owed in them and how far they have come.
    #[command(subcommand)]
    Case(case::Case),
    /// Biện pháp đang có hiệu lực: what binds, and what was ordered before or outside the hub.
    #[command(subcommand)]
    Measures(measures::Measures),
    /// Tạm dừng tính thời hạn: of many requests together; maintenance, outages, decisions.
    #[command(subcommand)]
    Suspension(suspension::Suspension),
    /// Môi trường thử nghiệm: the clock of a hub to try things on.
    #[command(subcommand)]
    Sandbox(sandbox::Sandbox),
}

impl Client {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Send(command) => command.run().await,
            Self::Standing(command) => command.run().await,
            Self::Sign(command) => command.run(),
            Self::SigningKeys(command) => command.run(),
            Self::Inbox(command) => command.run().await,
            Self::Ack(command) => command.run().await,
            Self::Answer(command) => command.run(Step::Answer).await,
            Self::Report(command) => command.run().await,
            Self::Correct(command) => command.run(Step::Correct).await,
            Self::SendBack(command) => command.run(Step::SendBack).await,
            Self::Ask(command) => command.run().await,
            Self::Clarify(command) => command.run(Step::Clarify).await,
            Self::Assign(command) => command.run().await,
            Self::Forward(command) => command.run().await,
            Self::Extend(command) => command.run().await,
            Self::Dispute(command) => command.run().await,
            Self::Withdraw(command) => command.run(Step::Withdraw).await,
            Self::DecideWithdrawal(command) => command.run().await,
            Self::ServePaper(command) => command.run(Step::Serve).await,
            Self::RecordAnswer(command) => command.run(Step::RecordAnswer).await,
            Self::Close(command) => command.run().await,
            Self::Get(command) => command.run().await,
            Self::List(command) => command.run().await,
            Self::Track(command) => command.run().await,
            Self::Broadcast(command) => command.run().await,
            Self::Template(command) => command.run().await,
            Self::Upload(command) => command.run().await,
            Self::Download(command) => command.run().await,
            Self::Register(command) => command.run().await,
            Self::Print(command) => command.run().await,
            Self::Evidence(command) => command.run().await,
            Self::Erase(command) => command.run().await,
            Self::Webhook(command) => command.run().await,
            Self::Supervise(command) => command.run().await,
            Self::Notices(command) => command.run().await,
            Self::Agency(command) => command.run().await,
            Self::Case(command) => command.run().await,
            Self::Measures(command) => command.run().await,
            Self::Suspension(command) => command.run().await,
            Self::Sandbox(command) => command.run().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::{Command, CommandFactory as _, Parser};

    #[derive(Parser)]
    struct Program {
        #[command(subcommand)]
        client: super::Client,
    }

    fn look(command: &Command, path: &str, found: &mut usize) {
        for command in command.get_subcommands() {
            let path = format!("{path} {}", command.get_name());
            // Only what is run itself; the two documents of `template` stand in its own help.
            if command.get_subcommands().next().is_some() && command.get_name() != "template" {
                look(command, &path, found);
                continue;
            }
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(
                help.contains("Ví dụ / example") && help.contains(&path),
                "{path}: {help}"
            );
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            assert!(about.contains(": "), "{path}: Vietnamese first: {about}");
            *found += 1;
        }
    }

    #[test]
    fn every_command_teaches_with_an_example() {
        let mut found = 0;
        look(&Program::command(), "lienthong", &mut found);
        assert!(found > 25, "{found}");
    }

    #[test]
    fn no_two_options_of_a_command_share_a_name() {
        Program::command().debug_assert();
    }

    #[test]
    fn every_option_with_a_value_has_a_name_in_the_environment() {
        fn options(command: &Command) {
            for argument in command.get_arguments() {
                let takes_value = argument.get_action().takes_values() && !argument.is_positional();
                assert_eq!(
                    argument.get_env().is_some(),
                    takes_value,
                    "{} {}",
                    command.get_name(),
                    argument.get_id()
                );
            }
            command.get_subcommands().for_each(options);
        }
        options(&Program::command());
        let _ = |program: Program| program.client;
    }
}
