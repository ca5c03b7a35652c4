//! The command line. Exit status: 0 done, 1 it failed, 2 wrong usage, configuration or catalogue. What went wrong is said in
//! Vietnamese and English on stderr and names the setting.

mod args;
mod backup;
mod calendar;
mod catalogue;
mod catalogue_diff;
mod certs;
mod client;
mod config;
mod db;
mod deadline;
mod demo;
mod doctor;
mod failure;
mod init;
mod interchange;
mod keep_failure;
mod logging;
mod master_keys;
mod migrate;
mod occasion;
mod open_files;
#[cfg(test)]
mod operator_table;
mod output;
mod place;
mod progress;
mod restore;
mod retire_signer;
mod serve;
mod start_failure;
mod traces;
mod verify;
mod verify_bundle;
mod verify_receipt;
mod verify_silence;
mod witness;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::Failure;

const AFTER_HELP: &str = "\
Bắt đầu / first steps:
  lienthong demo --exit                                       the whole story on this machine, then stop
  lienthong demo --story                                      more stories: court-to-bank, silent-bank, ...
  lienthong certs dev --out certs-dev                         certificates for development
  lienthong init  --database sqlite:hub.db --hub-id hub.dev --operator-cert certs-dev/operator.pem
  lienthong serve --database sqlite:hub.db --hub-id hub.dev --tls-cert certs-dev/server.pem \\
                  --tls-key certs-dev/server.key --client-ca certs-dev/ca.pem

Every option with a value can come from the environment, under the name that --help shows beside it.
Exit status: 0 done, 1 it failed, 2 wrong usage, configuration or catalogue.";

/// Liên Thông: cổng gửi và trả lời yêu cầu thi hành án dân sự. The hub through which Vietnamese agencies send and answer
/// enforcement requests.
#[derive(Debug, Parser)]
#[command(name = "lienthong", version, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Khởi tạo: enters the operator into an empty database, once, before the first `serve`.
    Init(init::Init),
    /// Chạy cổng: serves until SIGTERM or Ctrl-C, then finishes what is under way; a second signal stops at once.
    Serve(serve::Serve),
    /// Cấu hình: prints an example, checks, or shows where each setting comes from.
    #[command(subcommand)]
    Config(config::Config),
    /// Nâng cấp cấu trúc cơ sở dữ liệu: makes the schema, or brings it up to date. `serve` does so by itself unless told not to.
    Migrate(migrate::Migrate),
    /// Sao lưu: writes a backup of database and documents, while the hub serves.
    Backup(backup::Backup),
    /// Phục hồi: brings a backup into an empty database of either sort, or only checks it (--verify).
    Restore(restore::Restore),
    /// Cơ sở dữ liệu: copying one into another.
    #[command(subcommand)]
    Db(db::Db),
    /// Khóa chủ của nội dung: makes master keys, puts a new one before the others, and says what each of them wraps.
    #[command(subcommand)]
    MasterKeys(master_keys::MasterKeysCommand),
    /// Cho thôi dùng khóa ký nhật ký: retires the keys of a hub by an entry of the log; what they sign afterwards is no good.
    RetireSigner(retire_signer::RetireSigner),
    /// Khám cổng: looks for what is wrong with a hub's data, or soon will be; changes nothing. Ends with status 1 if something is broken.
    Doctor(doctor::Doctor),
    /// Kiểm chứng: is what stands in a database what its log says? Offline; no hub is needed, none is trusted.
    #[command(subcommand)]
    Verify(verify::Verify),
    /// Định dạng khác: documents as edXML and ISO 20022, from file to file.
    #[command(subcommand, after_help = interchange::AFTER_HELP)]
    Interchange(interchange::Interchange),
    /// Làm chứng: follows a hub's log from outside, signs that it only grows, and raises the alarm when it does not.
    #[command(after_help = witness::AFTER_HELP)]
    Witness(witness::Witness),
    /// Chứng thư số: certificates.
    #[command(subcommand)]
    Certs(certs::Certs),
    /// Danh mục loại yêu cầu: the catalogue of kinds.
    #[command(subcommand)]
    Catalogue(catalogue::Catalogue),
    /// Thời hạn: when each deadline of a kind is due, counted from a moment, and why.
    Deadline(deadline::Deadline),
    /// Lịch làm việc: the working calendar.
    #[command(subcommand)]
    Calendar(calendar::Calendar),
    /// Mã địa bàn: provinces, communes, wards and special zones by code or name, those before 01/07/2025 included.
    Place(place::Place),
    /// Chạy thử: the whole story on this machine, over real mutual TLS, with simulated partners; every step is checked.
    Demo(demo::Demo),
    #[command(flatten)]
    Client(client::Client),
}

/// Reads the arguments, does what they say.
pub fn main() -> ExitCode {
    // clap itself ends wrong usage with status 2, --help and --version with 0.
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let en = format!("threads cannot be started: {error}");
            return Failure::failed(format!("Không khởi động được luồng xử lý: {error}"), en).report();
        }
    };
    let outcome = runtime.block_on(run(cli.command));
    // What does not end by itself (a call that was cut short) must not hold up the end of the process.
    runtime.shutdown_background();
    match outcome.and_then(|()| output::check()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Init(command) => Box::pin(command.run()).await,
        Command::Serve(command) => Box::pin(command.run()).await,
        Command::Config(command) => Box::pin(command.run()).await,
        Command::Migrate(command) => command.run().await,
        Command::Backup(command) => Box::pin(command.run()).await,
        Command::Restore(command) => Box::pin(command.run()).await,
        Command::Db(command) => Box::pin(command.run()).await,
        Command::MasterKeys(command) => Box::pin(command.run()).await,
        Command::RetireSigner(command) => Box::pin(command.run()).await,
        Command::Doctor(command) => Box::pin(command.run()).await,
        Command::Verify(command) => Box::pin(command.run()).await,
        Command::Interchange(command) => command.run(),
        Command::Witness(command) => Box::pin(command.run()).await,
        Command::Certs(command) => command.run(),
        Command::Catalogue(command) => Box::pin(command.run()).await,
        Command::Deadline(command) => command.run().await,
        Command::Calendar(command) => Box::pin(command.run()).await,
        Command::Place(command) => command.run(),
        Command::Demo(command) => Box::pin(command.run()).await,
        Command::Client(command) => Box::pin(command.run()).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::report::sources;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_that_serves_the_source_documents_is_there() {
        for line in sources::LINES {
            for served in line.served {
                let sources::Served::Command(text) = served else {
                    continue;
                };
                let program = Cli::command();
                let mut command = &program;
                let words = text.split(' ').skip(1).take_while(|word| !word.starts_with("--"));
                for word in words {
                    // What follows a command is its argument: of reports their codes, which the catalogue of reports is held against.
                    if command.get_subcommands().next().is_none() {
                        break;
                    }
                    let found = command.get_subcommands().find(|known| known.get_name() == word);
                    command = found.unwrap_or_else(|| panic!("line {}: {text}", line.number));
                }
            }
        }
    }

    #[test]
    fn every_option_with_a_value_can_come_from_the_environment_under_its_own_name() {
        fn look(command: &clap::Command, found: &mut usize) {
            for argument in command.get_arguments().filter(|argument| argument.get_env().is_some()) {
                let name = argument.get_env().unwrap().to_str().unwrap();
                let id = argument.get_id().as_str().to_ascii_uppercase();
                assert_eq!(name, format!("LIENTHONG_{id}"));
                *found += 1;
            }
            command.get_subcommands().for_each(|command| look(command, found));
        }
        let mut found = 0;
        look(&Cli::command(), &mut found);
        assert!(found > 10);
    }
}
