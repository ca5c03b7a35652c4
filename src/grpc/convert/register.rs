//! Lines of registers on the wire.

use lienthong_proto::v1;

use super::fields::Fields;
use super::time;
use super::vocabulary::{OnWire as _, number_of};
use crate::domain::catalogue::definition::Register;
use crate::domain::error::Result;
use crate::domain::register::{Judgment, Paper, RegisterEntry, RegisterParty};
use crate::domain::time::Timestamp;

/// The years that a register can be of.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2999;

/// Which register of which year ListRegister asks for; year 0 is the one that it is `now`.
pub(crate) fn book(message: &v1::ListRegisterRequest, now: Timestamp) -> Result<(Register, i16)> {
    let mut fields = Fields::default();
    let register = Register::from_wire(message.register);
    if register.is_none() {
        fields.missing("register");
    }
    if message.year != 0 {
        fields.within("year", message.year, &YEARS);
    }
    let stated = i16::try_from(message.year).ok().filter(|year| *year != 0);
    let year = stated.unwrap_or_else(|| now.date().year());
    fields.finish(register.map(|register| (register, year)))
}

/// A line.
pub(crate) fn entry(entry: RegisterEntry) -> v1::RegisterEntry {
    v1::RegisterEntry {
        registry_number: entry.registry_number,
        registered_time: Some(time(entry.registered)),
        received_time: Some(time(entry.received)),
        channel: entry.channel.to_wire(),
        service_way: number_of(entry.way),
        enforcement_request_id: entry.request_id,
        kind: entry.kind,
        kind_title: entry.kind_title,
        sender_agency_code: entry.sender,
        sender_name: entry.sender_name,
        paper: entry.paper.map(paper),
        judgment: entry.judgment.map(judgment),
        parties: entry.parties.into_iter().map(party).collect(),
        attachments: entry.attachments,
        unit_name: entry.unit_name,
        officer_name: entry.officer_name,
        state: entry.state.to_wire(),
        outcome: entry.outcome,
        outcome_title: entry.outcome_title,
    }
}

fn paper(paper: Paper) -> v1::PaperRef {
    v1::PaperRef {
        number: paper.number,
        date: paper.date,
        subject: paper.subject,
    }
}

fn judgment(judgment: Judgment) -> v1::JudgmentRef {
    v1::JudgmentRef {
        number: judgment.number,
        date: judgment.date,
        court: judgment.court,
    }
}

fn party(party: RegisterParty) -> v1::RegisterParty {
    v1::RegisterParty {
        full_name: party.full_name,
        address: party.address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(register: i32, year: i32) -> Result<(Register, i16)> {
        let now = Timestamp::parse_rfc3339("2026-12-31T23:59:59+07:00").unwrap();
        let message = v1::ListRegisterRequest {
            register,
            year,
            ..Default::default()
        };
        book(&message, now)
    }

    #[test]
    fn the_year_is_this_one_unless_it_is_stated_and_the_book_must_be() {
        assert_eq!(asked(1, 0).unwrap(), (Register::Judgments, 2026));
        assert_eq!(asked(2, 2025).unwrap(), (Register::Incoming, 2025));
        for (register, year) in [(0, 2026), (9, 2026), (1, -1), (1, 1999), (1, 100_000)] {
            assert!(asked(register, year).is_err(), "{register} {year}");
        }
    }
}
