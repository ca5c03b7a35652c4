//! The stage of a story: who plays, what is known, and one step after the other.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::document::{Maker, Speaker};
use super::facts::{Facts, Known};
use super::file::{Act, Step, StoryFile};
use super::mail::Mail;
use crate::cli::demo::cast::Cast;
use crate::cli::demo::folder::Folder;
use crate::cli::demo::outcome::{Outcome, needed};
use crate::cli::demo::partner::{Order, Outside, Partner};
use crate::cli::demo::registry::{enter, enter_officer};
use crate::cli::demo::story;
use crate::cli::demo::tell::{Teller, event, instant};
use crate::cli::failure::Failure;
use crate::domain::catalogue::Catalogue;

/// Whether a story goes on after an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    GoesOn,
    /// It ends early, and says why.
    Ends,
}

/// A story on its way.
pub(super) struct Stage<'f> {
    pub(super) operator: Partner,
    /// In the order of the story's cast.
    cast: Vec<(String, Partner)>,
    pub(super) folder: &'f Folder,
    catalogue: Arc<Catalogue>,
    story: StoryFile,
    pub(super) facts: Facts,
    /// Orders as the hub took them, by the name of what was sent.
    pub(super) orders: BTreeMap<String, Order>,
    pub(super) mail: Mail,
    tell: Teller,
    /// How many documents were made.
    made: usize,
}

impl<'f> Stage<'f> {
    /// Connects everybody whom the story needs.
    pub(super) async fn open(folder: &'f Folder, outside: Outside, story: StoryFile) -> Result<Self, Failure> {
        let outside = Arc::new(outside);
        let operator = Partner::connect(story::operator(), folder, &outside).await?;
        operator.follows_the_hub().await.map_err(|stop| stop.at("0"))?;
        let broken = |text: String| Failure::failed(text.clone(), text);
        let whole = Cast::whole();
        let mut cast = Vec::new();
        let mut codes = BTreeMap::new();
        for name in &story.cast {
            let agency = whole.agency(name).cloned();
            let agency = agency.ok_or_else(|| broken(format!("catalogue/demo has no agency {name}")))?;
            codes.insert(name.clone(), agency.code.clone());
            cast.push((name.clone(), Partner::connect(agency, folder, &outside).await?));
        }
        let now = operator.now();
        let facts = Facts {
            start: now,
            now,
            codes,
            requests: BTreeMap::new(),
        };
        Ok(Self {
            catalogue: Catalogue::embedded().map_err(|error| broken(error.to_string()))?,
            operator,
            cast,
            folder,
            story,
            facts,
            orders: BTreeMap::new(),
            mail: Mail::default(),
            tell: Teller::default(),
            made: 0,
        })
    }

    /// Tells it from beginning to end; stops at the first promise that does not hold.
    pub(super) async fn play(mut self) -> Result<(), Failure> {
        let told = Box::pin(self.all()).await;
        told.map_err(|stop| stop.at(&self.tell.number()))
    }

    async fn all(&mut self) -> Outcome<()> {
        self.tell.step(
            "Đơn vị vận hành đăng ký các cơ quan, tổ chức và người ký của câu chuyện",
            "The operator enters the story's agencies and who signs for them",
        );
        self.cast_is_entered().await?;
        for Step { vi, en, acts } in self.story.steps.clone() {
            let words = (self.facts.filled(&vi)?, self.facts.filled(&en)?);
            self.tell.step(&words.0, &words.1);
            for act in &acts {
                if Box::pin(self.perform(act)).await? == Flow::Ends {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    async fn cast_is_entered(&self) -> Outcome<()> {
        let mut entered = Vec::new();
        for (_, partner) in &self.cast {
            let code = &partner.agency.code;
            if entered.contains(code) {
                enter_officer(&self.operator, partner).await?;
            } else {
                enter(&self.operator, &partner.agency, Some(partner)).await?;
                entered.push(code.clone());
            }
        }
        Ok(())
    }

    async fn perform(&mut self, act: &Act) -> Outcome<Flow> {
        self.facts.now = self.operator.now();
        match act {
            Act::Send(asked) => self.send(asked).await?,
            Act::Receive { by, request } => self.receive(by, request).await?,
            Act::Answer(said) => self.answer(said).await?,
            Act::Report(said) => self.report(said).await?,
            Act::Ask { by, request, question } => self.ask(by, request, question).await?,
            Act::Clarify { by, request, text } => self.clarify(by, request, text).await?,
            Act::SendBack {
                by,
                request,
                reason,
                text,
                competent,
            } => {
                self.send_back(by, request, (reason, text), competent.as_deref())
                    .await?;
            }
            Act::Withdraw {
                by,
                request,
                explanation,
                refused,
            } => self.withdraw(by, request, explanation, refused.as_ref()).await?,
            Act::Close { by, request, refused } => self.close(by, request, refused.as_ref()).await?,
            Act::Copy { by, of, name } => self.copy(by, of, name).await?,
            Act::Deadlines { by, request, why } => self.deadlines(by, request, *why).await?,
            Act::Expect(expected) => self.expect(expected).await?,
            Act::Blind { by, request } => self.blind(by, request).await?,
            Act::Advance { to, days, minutes } => return self.advance(to.as_ref(), *days, *minutes).await,
            Act::Told {
                by,
                request,
                clock,
                notice,
            } => self.told(by, request, clock, notice).await?,
            Act::Confirm { by, request, addressee } => self.confirm(by, request, addressee).await?,
            Act::Certify { by, request, refused } => self.certify(by, request, refused.as_ref()).await?,
        }
        Ok(Flow::GoesOn)
    }

    /// Who plays under the certificate `name`.
    pub(super) fn partner(&self, name: &str) -> Outcome<&Partner> {
        let found = self.cast.iter().find(|(known, _)| known == name);
        needed(
            found.map(|(_, partner)| partner),
            &format!("the story's cast has {name}"),
        )
    }

    pub(super) fn maker(&self) -> Maker<'_> {
        Maker {
            catalogue: &self.catalogue,
            story: &self.story,
            facts: &self.facts,
        }
    }

    /// A document of `by`, under a key of its own.
    pub(super) fn document(
        &mut self,
        by: &str,
        make: impl FnOnce(&Maker<'_>, Speaker<'_>) -> Outcome<String>,
    ) -> Outcome<String> {
        self.made += 1;
        let partner = self.partner(by)?;
        let key = partner.key(&format!("{by}-{}", self.made));
        let speaker = Speaker {
            agency: &partner.agency,
            key: &key,
        };
        make(&self.maker(), speaker)
    }

    /// The title of the kind of `request`.
    pub(super) fn title(&self, kind: &str) -> Outcome<(String, String)> {
        let kind = self.maker().kind(kind)?;
        let definition = &kind.definition;
        Ok((definition.title_vi.clone(), definition.title_en.clone()))
    }

    /// From now on the story knows the request `id` as `name`; its clocks are as `by` sees them.
    pub(super) async fn comes_to_know(&mut self, by: &str, name: String, known: Known) -> Outcome<()> {
        let id = known.id.clone();
        self.facts.requests.insert(name.clone(), known);
        self.looks_at_clocks(by, &name, &id).await
    }

    /// When its clocks are due.
    pub(super) async fn looks_at_clocks(&mut self, by: &str, name: &str, id: &str) -> Outcome<()> {
        let envelope = self.partner(by)?.envelope(id).await?;
        if let Some(known) = self.facts.requests.get_mut(name) {
            for deadline in envelope.deadlines {
                if let Some(due) = deadline.due_time {
                    known.dues.insert(deadline.name, instant(due));
                }
            }
        }
        Ok(())
    }

    /// An event in which `by` does something.
    pub(super) fn says(&self, by: &str, vi: &str, en: &str) -> Outcome<()> {
        let agency = &self.partner(by)?.agency;
        event(
            &format!("{}: {vi}", agency.short),
            &format!("{}: {en}", capital(&agency.short_en)),
        );
        Ok(())
    }
}

/// With a capital letter, as at the beginning of a line.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
