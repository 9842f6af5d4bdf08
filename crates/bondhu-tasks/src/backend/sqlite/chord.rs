//! The counting of chords.

use serde_json::Value;

use super::SqliteBackend;
use crate::{
    backend::{ChordEnd, ChordMember, ChordStep},
    error::TransportError,
    result::State,
    sqlite::{Writing, in_one},
};

/// A worker that has claimed the body and not sent it by then is taken for dead.
const CLAIM_MS: i64 = 60_000;
/// The claim of a chord that is over.
const DONE: &str = "done";

impl SqliteBackend {
    pub(in crate::backend) async fn size_chord(&self, group: &str, members: u64) -> Result<(), TransportError> {
        let (size, until) = (i64::try_from(members).unwrap_or(i64::MAX), self.until_ms());
        let sql = "INSERT INTO chords (id, size, until_ms) VALUES ($1, $2, $3) \
                   ON CONFLICT (id) DO UPDATE SET size = $2, until_ms = $3, claim = NULL";
        in_one!(self.db, tx => {
            sqlx::query(sql).bind(group).bind(size).bind(until).execute(&mut **tx).await.map(drop)
        })
    }

    pub(in crate::backend) async fn grow_chord(&self, group: &str, members: i64) -> Result<(), TransportError> {
        let until = self.until_ms();
        let sql = "INSERT INTO chords (id, grown, until_ms) VALUES ($1, $2, $3) \
                   ON CONFLICT (id) DO UPDATE SET grown = grown + $2, until_ms = $3";
        in_one!(self.db, tx => {
            sqlx::query(sql).bind(group).bind(members).bind(until).execute(&mut **tx).await.map(drop)
        })
    }

    pub(in crate::backend) async fn join_chord(
        &self,
        group: &str,
        member: &ChordMember,
    ) -> Result<ChordStep, TransportError> {
        let (now, until) = (self.db.now_ms(), self.until_ms());
        let claim = self.db.clock().new_id().to_string();
        let rows = in_one!(self.db, tx => {
            note(tx, group, member, until).await?;
            if !claimed(tx, group, &claim, now).await? {
                return Ok(None);
            }
            let sql = "SELECT member, place, state, value FROM chord_members WHERE chord = $1 \
                       ORDER BY place IS NULL, place, arrived";
            sqlx::query_as(sql).bind(group).fetch_all(&mut **tx).await.map(Some)
        })?;
        let Some(rows) = rows else { return Ok(ChordStep::Wait) };
        let members = rows.into_iter().map(|(id, place, state, value): (String, Option<i64>, String, String)| {
            let value: Value =
                serde_json::from_str(&value).map_err(|error| self.db.fault(&sqlx::Error::Decode(error.into())))?;
            let index = place.and_then(|place| u64::try_from(place).ok());
            Ok(ChordMember { id: id.into(), index, state: State::from(state), value })
        });
        Ok(ChordStep::Complete { members: members.collect::<Result<_, TransportError>>()?, claim })
    }

    pub(in crate::backend) async fn close_chord(
        &self,
        group: &str,
        claim: &str,
        end: ChordEnd,
    ) -> Result<(), TransportError> {
        in_one!(self.db, tx => {
            let sql = "UPDATE chords SET claim = $3 WHERE id = $1 AND claim = $2";
            let closed = sqlx::query(sql).bind(group).bind(claim).bind(DONE).execute(&mut **tx).await?;
            if closed.rows_affected() == 1 && end == ChordEnd::BodySent {
                sqlx::query("DELETE FROM chord_members WHERE chord = $1").bind(group).execute(&mut **tx).await?;
            }
            Ok(())
        })
    }
}

/// Notes the end of a member. A member that ends again counts once, with what it said first.
async fn note(tx: &mut Writing<'_>, group: &str, member: &ChordMember, until: i64) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO chords (id, until_ms) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET until_ms = $2";
    sqlx::query(sql).bind(group).bind(until).execute(&mut **tx).await?;
    let sql = "INSERT INTO chord_members (chord, member, place, arrived, state, value) \
               SELECT $1, $2, $3, (SELECT count(*) FROM chord_members WHERE chord = $1), $4, $5 \
               WHERE (SELECT claim FROM chords WHERE id = $1) IS NOT $6 ON CONFLICT (chord, member) DO NOTHING";
    sqlx::query(sql)
        .bind(group)
        .bind(member.id.as_str())
        .bind(member.index.and_then(|index| i64::try_from(index).ok()))
        .bind(member.state.name())
        .bind(member.value.to_string())
        .bind(DONE)
        .execute(&mut **tx)
        .await
        .map(drop)
}

/// Claims the body if all members have ended and nobody else has it.
async fn claimed(tx: &mut Writing<'_>, group: &str, claim: &str, now: i64) -> Result<bool, sqlx::Error> {
    let sql = "UPDATE chords SET claim = $2, claim_ms = $3 WHERE id = $1 AND size IS NOT NULL \
               AND size + grown <= (SELECT count(*) FROM chord_members WHERE chord = $1) \
               AND (claim IS NULL OR (claim <> $5 AND claim_ms <= $4))";
    let update = sqlx::query(sql).bind(group).bind(claim).bind(now + CLAIM_MS).bind(now).bind(DONE);
    Ok(update.execute(&mut **tx).await?.rows_affected() == 1)
}
