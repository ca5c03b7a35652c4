//! `lienthong`: the hub and the tools around it. Everything is in [`lienthong::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    lienthong::cli::main()
}
