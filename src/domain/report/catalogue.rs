//! Every report: its code, the figures whose lists it gives, and which lines of LAW.md section 11 it serves. What is said of each
//! stands in [`descriptions`](super::descriptions).

use super::super::macros::text_enum;
use super::figures::case_figure::CaseFigure;
use super::followed::FollowedFigure;
use super::judgment_requests::JudgmentRequestFigure;
use super::parameter::Parameter;
use super::publications::PublicationFigure;
use super::request_figure::RequestFigure;
use super::sources::{LINES, Line, Served};

text_enum! {
    /// A report.
    pub enum Report {
        /// Results by case.
        ResultsCases => "results-cases",
        /// Results by money.
        ResultsMoney => "results-money",
        /// The four indicators against targets.
        Indicators => "indicators",
        /// Monthly targets of officers.
        OfficerTargets => "officer-targets",
        /// Campaigns.
        Campaigns => "campaigns",
        /// Credit-institution cases of a year.
        CreditCases => "credit-cases",
        /// How partners keep their times.
        PartnerScorecards => "partner-scorecards",
        /// What was asked of whom, and what came of it.
        Coordination => "coordination",
        /// Judgments that were transferred late.
        LateTransfers => "late-transfers",
        /// Numbers of a court that never came.
        JudgmentGaps => "judgment-gaps",
        /// Judgments that courts were asked for.
        JudgmentRequests => "judgment-requests",
        /// Complaints and letters, answered in time or not.
        Complaints => "complaints",
        /// Administrative judgments, followed or not.
        AdministrativeJudgments => "administrative-judgments",
        /// How old cases are that are not done.
        CaseAges => "case-ages",
        /// Cases without conditions by ground.
        NoConditionGrounds => "no-condition-grounds",
        /// Whether debtors without conditions are published.
        Publications => "publications",
        /// Changes that count later than their date says.
        LateEntries => "late-entries",
        /// Periods that were closed.
        Closings => "closings",
        /// The sentences of the source documents.
        Sources => "sources",
        /// The cases behind a figure of results.
        CaseList => "case-list",
        /// The acts behind a figure of response times.
        RequestList => "request-list",
        /// The transfers behind a figure.
        TransferList => "transfer-list",
        /// The judgments that came of a court's series.
        JudgmentList => "judgment-list",
        /// The judgments that courts were asked for, one by one.
        JudgmentRequestList => "judgment-request-list",
        /// The requests that are followed to their end, one by one.
        FollowedList => "followed-list",
        /// The cases behind an age or a ground.
        OpenCaseList => "open-case-list",
        /// The cases behind a figure of publications.
        PublicationList => "publication-list",
        /// Credit-institution cases that are not done, and what stands in their way.
        CreditCaseList => "credit-case-list",
    }
}

impl Report {
    /// Whether it is a list of single things, read page by page, that stands behind figures.
    pub const fn is_list(self) -> bool {
        match self {
            Self::LateEntries
            | Self::Closings
            | Self::CaseList
            | Self::RequestList
            | Self::TransferList
            | Self::JudgmentList
            | Self::JudgmentRequestList
            | Self::FollowedList
            | Self::OpenCaseList
            | Self::PublicationList
            | Self::CreditCaseList => true,
            Self::ResultsCases
            | Self::ResultsMoney
            | Self::Indicators
            | Self::OfficerTargets
            | Self::Campaigns
            | Self::CreditCases
            | Self::PartnerScorecards
            | Self::Coordination
            | Self::LateTransfers
            | Self::JudgmentGaps
            | Self::JudgmentRequests
            | Self::Complaints
            | Self::AdministrativeJudgments
            | Self::CaseAges
            | Self::NoConditionGrounds
            | Self::Publications
            | Self::Sources => false,
        }
    }

    /// The figures whose lists it gives.
    pub fn figures(self) -> Vec<&'static str> {
        match self {
            Self::RequestList => RequestFigure::all().map(RequestFigure::as_str).collect(),
            Self::TransferList => named(TransferFigure::ALL, TransferFigure::as_str),
            Self::OpenCaseList => named(OpenFigure::ALL, OpenFigure::as_str),
            Self::CaseList => named(CaseFigure::ALL, CaseFigure::as_str),
            Self::JudgmentRequestList => named(JudgmentRequestFigure::ALL, JudgmentRequestFigure::as_str),
            Self::PublicationList => named(PublicationFigure::ALL, PublicationFigure::as_str),
            Self::FollowedList => named(FollowedFigure::ALL, FollowedFigure::as_str),
            Self::ResultsCases
            | Self::ResultsMoney
            | Self::Indicators
            | Self::OfficerTargets
            | Self::Campaigns
            | Self::CreditCases
            | Self::PartnerScorecards
            | Self::Coordination
            | Self::LateTransfers
            | Self::JudgmentGaps
            | Self::JudgmentRequests
            | Self::Complaints
            | Self::AdministrativeJudgments
            | Self::CaseAges
            | Self::NoConditionGrounds
            | Self::Publications
            | Self::CreditCaseList
            | Self::Closings
            | Self::LateEntries
            | Self::Sources
            | Self::JudgmentList => Vec::new(),
        }
    }

    /// Whether it is made of sums that may be told to who watches over an agency without supervising it: nothing in it names a
    /// person or a case, unless it is divided by officers.
    pub const fn is_public(self) -> bool {
        match self {
            Self::ResultsCases
            | Self::ResultsMoney
            | Self::Indicators
            | Self::CreditCases
            | Self::Coordination
            | Self::LateTransfers
            | Self::JudgmentRequests
            | Self::Complaints
            | Self::AdministrativeJudgments
            | Self::CaseAges
            | Self::NoConditionGrounds
            | Self::Publications => true,
            Self::OfficerTargets
            | Self::Campaigns
            | Self::PartnerScorecards
            | Self::JudgmentGaps
            | Self::LateEntries
            | Self::Closings
            | Self::Sources
            | Self::CaseList
            | Self::RequestList
            | Self::TransferList
            | Self::JudgmentList
            | Self::JudgmentRequestList
            | Self::FollowedList
            | Self::OpenCaseList
            | Self::PublicationList
            | Self::CreditCaseList => false,
        }
    }

    /// Whether it takes a parameter.
    pub fn takes(self, parameter: Parameter) -> bool {
        self.description().parameters.contains(&parameter)
    }

    /// The figure of that name; of transfers, which nobody answers, a name of answers means how the transfer was made.
    pub fn figure(self, name: &str) -> Option<&'static str> {
        let name = match (self, name) {
            (Self::TransferList, "received") => TransferFigure::Transferred.as_str(),
            (Self::TransferList, "answered_in_time") => TransferFigure::InTime.as_str(),
            (Self::TransferList, "answered_late") => TransferFigure::Late.as_str(),
            // The same figure in money.
            (Self::CaseList, name) => name.strip_suffix("_dong").unwrap_or(name),
            (_, name) => name,
        };
        self.figures().into_iter().find(|figure| *figure == name)
    }

    /// The sentences of the source documents that it serves.
    pub fn lines(self) -> impl Iterator<Item = &'static Line> {
        let serves = move |served: &Served| match served {
            Served::Command(command) => command.strip_prefix("lienthong report run ") == Some(self.as_str()),
            Served::Later(_) => false,
        };
        LINES.iter().filter(move |line| line.served.iter().any(serves))
    }
}

fn named<F: Copy>(figures: &[F], name: fn(F) -> &'static str) -> Vec<&'static str> {
    figures.iter().map(|figure| name(*figure)).collect()
}

text_enum! {
    /// Which transfers of judgments.
    pub enum TransferFigure {
        /// All.
        Transferred => "transferred",
        /// Within the limit.
        InTime => "in_time",
        /// After it.
        Late => "late",
        /// No limit holds, or none could be computed.
        NoLimit => "no_limit",
    }
}

text_enum! {
    /// Which cases that are not done.
    pub enum OpenFigure {
        /// All.
        Cases => "cases",
        /// Đang thi hành.
        InProgress => "in_progress",
        /// Hoãn, tạm đình chỉ.
        Paused => "paused",
        /// Chưa có điều kiện.
        NoConditions => "no_conditions",
        /// Sổ theo dõi riêng.
        Separate => "separate",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_report_says_what_it_is_and_takes_each_parameter_once() {
        for report in Report::ALL {
            let told = report.description();
            assert!(
                !told.vi.is_empty() && !told.en.is_empty() && !told.basis.is_empty(),
                "{report}"
            );
            let mut parameters = told.parameters.to_vec();
            parameters.sort();
            parameters.dedup();
            assert_eq!(parameters.len(), told.parameters.len(), "{report}");
            assert_eq!(
                told.parameters.contains(&Parameter::By),
                told.by.len() > 1,
                "{report}: by what it is divided is a choice"
            );
            let has_figures = !report.figures().is_empty();
            assert_eq!(told.parameters.contains(&Parameter::Figure), has_figures, "{report}");
            assert!(report.as_str().len() <= 31, "{report}: the name of a sheet");
        }
    }

    #[test]
    fn a_sentence_that_names_a_report_names_one_that_there_is() {
        for served in LINES.iter().flat_map(|line| line.served) {
            if let Served::Command(command) = served
                && let Some(code) = command.strip_prefix("lienthong report run ")
            {
                assert!(code.parse::<Report>().is_ok(), "{command}");
            }
        }
    }
}
