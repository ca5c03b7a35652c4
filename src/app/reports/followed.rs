//! What is followed to its end: complaints and letters, administrative judgments, and judgments that courts were asked for.

use std::collections::{BTreeMap, BTreeSet};

use super::{Made, Setting, View, among, page, wrong};
use crate::app::App;
use crate::domain::agency::Role;
use crate::domain::error::Result;
use crate::domain::ids::{AgencyCode, KindCode};
use crate::domain::report::followed::{
    ADMINISTRATIVE, COMPLAINTS, FollowedFigure, FollowedRow, JUDGMENT_REQUEST, Standing, Standings, Subject,
    answered_kinds, is_sent,
};
use crate::domain::report::followed_list::{FollowedRequest, followed_list};
use crate::domain::report::judgment_requests::{
    AskedFor, AskedJudgment, AskedRow, JudgmentRequestFigure, judgment_request_list, judgment_requests,
};
use crate::domain::report::request_lists::Called;
use crate::domain::report::{By, Parameter, Reference, Report, Table};
use crate::domain::request::EnforcementRequest;
use crate::domain::time::Timestamp;
use crate::store::rows::FollowedCount;
use crate::store::{Followed, FollowedFilter, FollowedPart, FollowedSide};

/// What was counted of one agency, and whether it is between it and the viewer's alone.
struct Counted {
    count: FollowedCount,
    is_between: bool,
}

/// What is gathered in a row.
#[derive(Default)]
struct Gathered {
    standings: Standings,
    /// Whose requests they are, and whether they are between that agency and the viewer's alone.
    agencies: BTreeSet<(AgencyCode, bool)>,
}

impl Setting<'_> {
    fn followed<'k>(&self, kinds: impl IntoIterator<Item = &'k str>) -> FollowedFilter<'k> {
        FollowedFilter {
            kinds: kinds.into_iter().collect(),
            span: self.span(),
            now: self.now,
        }
    }
}

fn standings(listed: &[Standing]) -> String {
    among(listed.iter().map(|standing| standing.as_str()))
}

impl App {
    pub(super) async fn complaints(&self, setting: &Setting<'_>) -> Result<Table> {
        self.followed(setting, &COMPLAINTS).await
    }

    pub(super) async fn administrative_judgments(&self, setting: &Setting<'_>) -> Result<Table> {
        self.followed(setting, &ADMINISTRATIVE).await
    }

    async fn followed(&self, setting: &Setting<'_>, subject: &Subject) -> Result<Table> {
        let by = setting.asked.by.unwrap_or(By::Agency);
        let counted = self.counted(setting, subject, by == By::Kind).await?;
        let mut groups: BTreeMap<String, Gathered> = BTreeMap::new();
        if by == By::Kind {
            let kinds = subject.answered.iter().chain(subject.sent);
            groups.extend(kinds.map(|kind| ((*kind).to_owned(), Gathered::default())));
        }
        for Counted { count, is_between } in counted {
            let key = if by == By::Kind {
                count.kind
            } else {
                count.agency.to_string()
            };
            let group = groups.entry(key).or_default();
            group.standings.add(count.standing, count.requests);
            group.agencies.insert((count.agency, is_between));
        }
        let agencies: BTreeSet<AgencyCode> = groups
            .values()
            .flat_map(|group| group.agencies.iter().map(|(agency, _)| agency.clone()))
            .collect();
        let called = self.called(&agencies).await?;
        let all = subject.answered.join(",");
        let rows = groups.into_iter().map(|(key, group)| {
            let is_summed = by != By::Kind || !is_sent(&key);
            let (name, kinds) = if by == By::Kind {
                (self.kind_called(&key), key)
            } else {
                let name = group.agencies.first().and_then(|(agency, _)| called.get(agency));
                (name.cloned().unwrap_or(key), all.clone())
            };
            FollowedRow {
                name,
                list: setting.followed_list_of(&group.agencies, kinds),
                standings: group.standings,
                is_summed,
            }
        });
        let rows: Vec<FollowedRow> = rows.collect();
        Ok(subject.table(by, &rows, setting.scope(), setting.now))
    }

    /// What agencies that are seen whole must answer, and what others must answer to the viewer's own.
    async fn counted(&self, setting: &Setting<'_>, subject: &Subject, with_sent: bool) -> Result<Vec<Counted>> {
        let is_own = setting.view == View::Own;
        let whole = if is_own {
            self.seen_whole(setting.viewer).await?
        } else {
            BTreeSet::from([setting.agency.code.clone()])
        };
        let agencies: Vec<&AgencyCode> = whole.iter().collect();
        let own = [&setting.agency.code];
        let mut counted = Vec::new();
        for (kinds, of, to) in [
            (subject.answered, Followed::AnsweredBy, Followed::AnsweredTo),
            (subject.sent, Followed::SentBy, Followed::SentTo),
        ] {
            if kinds.is_empty() || (of == Followed::SentBy && !with_sent) {
                continue;
            }
            let filter = setting.followed(kinds.iter().copied());
            let found = self.store.followed(of, &agencies, &filter).await?;
            counted.extend(found.into_iter().map(|count| Counted {
                count,
                is_between: false,
            }));
            if is_own {
                let found = self.store.followed(to, &own, &filter).await?;
                let others = found.into_iter().filter(|count| !whole.contains(&count.agency));
                counted.extend(others.map(|count| Counted {
                    count,
                    is_between: true,
                }));
            }
        }
        Ok(counted)
    }

    pub(super) async fn followed_list(&self, setting: &Setting<'_>) -> Result<Made> {
        let asked = setting.asked;
        let figure = asked.figure.as_deref().and_then(|figure| figure.parse().ok());
        let figure = figure.unwrap_or(FollowedFigure::Received);
        let kinds = asked.kinds.iter().map(KindCode::as_str);
        let sent = kinds.clone().filter(|kind| is_sent(kind)).count();
        if sent > 0 && sent < asked.kinds.len() {
            return Err(wrong(
                Parameter::Kind,
                "apart",
                "Loại mà việc gửi là nghĩa vụ của bên gửi phải nêu riêng.",
                "A kind whose sending is the duty stands alone.",
            ));
        }
        let side = if sent > 0 {
            FollowedSide::Sent
        } else {
            FollowedSide::Recipient
        };
        let filter = if asked.kinds.is_empty() {
            setting.followed(answered_kinds())
        } else {
            setting.followed(kinds)
        };
        let part = FollowedPart {
            partner: asked.partner.as_ref(),
            standings: standings(figure.standings()),
            outcomes: ("", ""),
            after: setting.part.after.as_deref().unwrap_or_default(),
            limit: setting.one_more(),
        };
        let found = self
            .store
            .followed_page((&setting.agency.code, side), &filter, &part)
            .await?;
        let (found, next) = page(found, setting.part.limit, |last| last.request.id.to_string());
        let followed = found.into_iter().map(|found| {
            let request = found.request;
            let answer = self.answer_called(&request);
            let (agency, counterparty) = if side == FollowedSide::Sent {
                (request.sender, request.recipient)
            } else {
                (request.recipient, request.sender)
            };
            FollowedRequest {
                id: request.id.to_string(),
                kind: request.kind.to_string(),
                agency,
                counterparty,
                sent: request.submit_time.date(),
                due: found.due.map(Timestamp::date),
                standing: found.standing,
                answer,
                registry_number: request.registry_number.unwrap_or_default(),
            }
        });
        let followed: Vec<FollowedRequest> = followed.collect();
        let agencies = followed.iter().flat_map(|one| [&one.agency, &one.counterparty]);
        let called = Called {
            agencies: self.called(agencies).await?,
            kinds: followed
                .iter()
                .map(|one| (one.kind.clone(), self.kind_called(&one.kind)))
                .collect(),
        };
        let table = followed_list(figure, &followed, &called, setting.scope(), setting.now);
        Ok((table, next))
    }

    /// What an answer is called; empty without one.
    fn answer_called(&self, request: &EnforcementRequest) -> String {
        let Some(outcome) = &request.outcome else {
            return String::new();
        };
        let kind = self.catalogue.newest(&request.kind);
        let mut known = kind.iter().flat_map(|kind| &kind.definition.outcomes);
        let known = known.find(|known| known.code.as_str() == outcome);
        known.map_or_else(|| outcome.clone(), |known| known.title_vi.clone())
    }

    pub(super) async fn judgment_requests(&self, setting: &Setting<'_>) -> Result<Table> {
        let followed = if setting.agency.role == Role::Court {
            Followed::AskedByEach
        } else {
            Followed::AnsweredTo
        };
        let filter = setting.followed([JUDGMENT_REQUEST]);
        let mut found = self.store.followed(followed, &[&setting.agency.code], &filter).await?;
        if let Some(partner) = &setting.asked.partner {
            found.retain(|count| count.agency == *partner);
        }
        let mut asked: BTreeMap<AgencyCode, Vec<AskedFor>> = BTreeMap::new();
        for count in found {
            asked.entry(count.agency).or_default().push(AskedFor {
                standing: count.standing,
                outcome: count.outcome,
                requests: count.requests,
                first: count.first,
            });
        }
        let called = self.called(asked.keys()).await?;
        let rows = asked.into_iter().map(|(partner, asked)| {
            let list = setting
                .list(Report::JudgmentRequestList)
                .with(Parameter::Partner, &partner);
            AskedRow {
                name: called.get(&partner).cloned().unwrap_or_default(),
                asked,
                list: Some(list).filter(|_| setting.opens()),
            }
        });
        let rows: Vec<AskedRow> = rows.collect();
        Ok(judgment_requests(&rows, setting.scope(), setting.now))
    }

    pub(super) async fn judgment_request_list(&self, setting: &Setting<'_>) -> Result<Made> {
        let figure = setting.asked.figure.as_deref().and_then(|figure| figure.parse().ok());
        let figure = figure.unwrap_or(JudgmentRequestFigure::NotTransferred);
        let is_court = setting.agency.role == Role::Court;
        let side = if is_court {
            FollowedSide::Recipient
        } else {
            FollowedSide::Sender
        };
        let part = FollowedPart {
            partner: setting.asked.partner.as_ref(),
            standings: standings(figure.standings()),
            outcomes: figure.outcomes(),
            after: setting.part.after.as_deref().unwrap_or_default(),
            limit: setting.one_more(),
        };
        let filter = setting.followed([JUDGMENT_REQUEST]);
        let found = self
            .store
            .followed_page((&setting.agency.code, side), &filter, &part)
            .await?;
        let (found, next) = page(found, setting.part.limit, |last| last.request.id.to_string());
        let stated = self.stated(found.iter().map(|found| &found.request)).await?;
        let partner = |request: &EnforcementRequest| {
            if is_court {
                request.sender.clone()
            } else {
                request.recipient.clone()
            }
        };
        let partners: Vec<AgencyCode> = found.iter().map(|found| partner(&found.request)).collect();
        let called = self.called(&partners).await?;
        let judgments = found.into_iter().map(|found| {
            let request = found.request;
            let stated = stated.get(&request.body_index);
            AskedJudgment {
                id: request.id.to_string(),
                partner: called.get(&partner(&request)).cloned().unwrap_or_default(),
                number: stated.map(|stated| stated.number.clone()).unwrap_or_default(),
                date: stated.map(|stated| stated.date),
                asked: request.submit_time.date(),
                due: found.due.map(Timestamp::date),
                standing: found.standing,
                answer: self.answer_called(&request),
                registry_number: request.registry_number.unwrap_or_default(),
            }
        });
        let judgments: Vec<AskedJudgment> = judgments.collect();
        Ok((
            judgment_request_list(figure, &judgments, setting.scope(), setting.now),
            next,
        ))
    }
}

impl Setting<'_> {
    /// The list of a row: if it is of one agency, and that is the viewer's own or owes it to him.
    fn followed_list_of(&self, agencies: &BTreeSet<(AgencyCode, bool)>, kinds: String) -> Option<Reference> {
        let mut agencies = agencies.iter();
        let ((agency, is_between), None) = (agencies.next()?, agencies.next()) else {
            return None;
        };
        let own = &self.viewer.agency;
        let list = self
            .list(Report::FollowedList)
            .with(Parameter::Agency, agency)
            .with(Parameter::Kind, kinds)
            .with_some(Parameter::Partner, Some(own).filter(|_| *is_between));
        let is_opened = self.view == View::Own && (*is_between || agency == own);
        is_opened.then_some(list)
    }
}
