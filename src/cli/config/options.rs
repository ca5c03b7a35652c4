//! The settings as options and environment of the commands that take them, made from the table.

use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use super::setting::{Kind, Setting};
use super::table::{SECTIONS, SETTINGS};

const CONFIG: &str = "config";

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// Nobody said anything.
    Default,
    /// The configuration file: its path as given, and the line, from 1.
    File { path: String, line: usize },
    /// The environment.
    Environment,
    /// An option of the command.
    Flag,
}

/// A value that somebody gave.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub(super) setting: &'static Setting,
    pub(super) text: String,
    pub(super) origin: Origin,
}

/// What options and environment say.
#[derive(Debug, Clone, Default)]
pub(in crate::cli) struct Options {
    /// The configuration file.
    pub(super) config: Option<PathBuf>,
    /// In the order of the table.
    pub(super) given: Vec<Given>,
}

impl Origin {
    /// How to name `setting` as it was given: the option, the variable, or the line of the file.
    pub(super) fn place(&self, setting: &Setting) -> String {
        match self {
            Self::Default => format!("{} ({}, {})", setting.key(), setting.flag(), setting.env()),
            Self::File { path, line } => format!("{path}:{line}: {}", setting.key()),
            Self::Environment => setting.env(),
            Self::Flag => setting.flag(),
        }
    }

    /// For `config show`.
    pub(super) fn name(&self, setting: &Setting) -> String {
        match self {
            Self::Default => "default".to_owned(),
            Self::File { path, line } => format!("{path}:{line}"),
            Self::Environment => setting.env(),
            Self::Flag => setting.flag(),
        }
    }
}

impl Args for Options {
    fn augment_args(command: Command) -> Command {
        let config = Arg::new(CONFIG)
            .long(CONFIG)
            .env("LIENTHONG_CONFIG")
            .value_name("FILE")
            .value_parser(clap::value_parser!(PathBuf))
            .help(
                "Tệp cấu hình: a TOML file with these settings (lienthong config example prints one). An option comes before \
                 the environment, the environment before the file",
            );
        SETTINGS
            .iter()
            .fold(command.arg(config), |command, setting| command.arg(argument(setting)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

fn argument(setting: &'static Setting) -> Arg {
    let heading = SECTIONS.iter().find(|(section, _)| *section == setting.section);
    let default = setting
        .default_text()
        .filter(|_| setting.kind.takes_value())
        .map(|text| format!(" [default: {text}]"))
        .unwrap_or_default();
    let argument = Arg::new(setting.id)
        .long(setting.id.replace('_', "-"))
        .env(setting.env())
        .hide_env_values(matches!(setting.kind, Kind::DatabaseUrl | Kind::Bucket))
        .help(format!("{} {}{default}", setting.about.vi, setting.about.en))
        .help_heading(heading.map_or("", |(_, title)| *title))
        .hide_short_help(matches!(setting.kind, Kind::Whole(_)));
    let argument = match setting.id {
        // Its name until the file came.
        "log_format" => argument.alias("log"),
        _ => argument,
    };
    if setting.kind.takes_value() {
        let action = if matches!(setting.kind, Kind::Paths) {
            ArgAction::Append
        } else {
            ArgAction::Set
        };
        argument.value_name(setting.kind.value_name()).action(action)
    } else {
        argument
            .action(ArgAction::SetTrue)
            .value_parser(clap::builder::BoolishValueParser::new())
    }
}

impl Kind {
    fn takes_value(self) -> bool {
        !matches!(self, Self::Switch)
    }

    fn value_name(self) -> &'static str {
        match self {
            Self::HubId => "ID",
            Self::Address => "ADDR",
            Self::DatabaseUrl | Self::Bucket | Self::Endpoint => "URL",
            Self::Path | Self::Paths => "PATH",
            Self::Switch => "",
            Self::Choice(_) => "FORMAT",
            Self::Filter => "FILTER",
            Self::Networks => "NETWORKS",
            Self::Ports => "PORTS",
            Self::Whole(_) => "NUMBER",
        }
    }
}

impl FromArgMatches for Options {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut given = Vec::new();
        for setting in SETTINGS {
            let origin = match matches.value_source(setting.id) {
                Some(ValueSource::CommandLine) => Origin::Flag,
                Some(ValueSource::EnvVariable) => Origin::Environment,
                _ => continue,
            };
            let text = if setting.kind.takes_value() {
                let values = matches.get_many::<String>(setting.id).into_iter().flatten();
                values.cloned().collect::<Vec<_>>().join(",")
            } else {
                matches.get_flag(setting.id).to_string()
            };
            given.push(Given { setting, text, origin });
        }
        Ok(Self {
            config: matches.get_one::<PathBuf>(CONFIG).cloned(),
            given,
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
