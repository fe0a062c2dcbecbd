//! The layout of a ledger: numbers of as many bits as they need.

use super::record::{Device, EventNote, Grant, Judged, Ledger, Used};
use crate::bits::{Reader, Writer};
use crate::counts::Counts;
use crate::time::Moment;

pub(super) const VERSION: &str = "v2";

/// How much may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Room {
    /// 256 characters, what a custom attribute is made for.
    Attribute,
    /// A place of one's own.
    Unlimited,
}

/// The widths of the four lists' lengths, and how many of each are kept.
struct Most {
    devices: usize,
    used: usize,
    judged: usize,
    grants: usize,
}

const DEVICES_WIDTH: u32 = 4;
const USED_WIDTH: u32 = 6;
const JUDGED_WIDTH: u32 = 5;
const GRANTS_WIDTH: u32 = 4;

impl Room {
    const fn most(self) -> Most {
        match self {
            Self::Attribute => Most {
                devices: 3,
                used: 4,
                judged: 1,
                grants: 0,
            },
            // No more than the lengths can say. A used code that is forgotten for newer ones would have to be the 64th of
            // one user in ten minutes.
            Self::Unlimited => Most {
                devices: 10,
                used: 63,
                judged: 24,
                grants: 15,
            },
        }
    }
}

/// The width of an age in minutes; the largest means "long ago".
const MINUTES_WIDTH: u32 = 7;
const LONG_AGO: u32 = (1 << MINUTES_WIDTH) - 1;
/// The width of an event's age in seconds; the largest means "long ago".
const AGE_WIDTH: u32 = 5;

pub(super) fn write(ledger: &Ledger, room: Room) -> Vec<u8> {
    let (mut writer, written) = (Writer::default(), ledger.written);
    writer.put(ledger.number, 24);
    writer.put(written.seconds(), 32);
    writer.put_bytes(&ledger.event.tag);
    writer.put(written.since(ledger.event.at), AGE_WIDTH);
    writer.put(u32::from(ledger.event.repeats), 2);
    writer.put(u32::from(ledger.event.mailed), 1);
    writer.put(minutes_since(written, ledger.noticed_at), MINUTES_WIDTH);
    writer.put(u32::from(ledger.notice_owed), 1);
    for held_at in ledger.held_at {
        writer.put(minutes_since(written, held_at), MINUTES_WIDTH);
    }
    ledger.open.write(&mut writer, written);
    ledger.placed.write(&mut writer, written);
    write_lists(&mut writer, ledger, &room.most());
    writer.finish()
}

fn write_lists(writer: &mut Writer, ledger: &Ledger, most: &Most) {
    let minute_of_writing = ledger.written.seconds() / 60;
    write_list(
        writer,
        &ledger.devices,
        most.devices,
        DEVICES_WIDTH,
        |writer, device| {
            writer.put(u32::from(device.trusted), 1);
            writer.put_bytes(&device.id);
        },
    );
    write_list(writer, &ledger.used, most.used, USED_WIDTH, |writer, used| {
        writer.put_bytes(&used.nonce);
        writer.put_bytes(&used.instance);
        writer.put(
            used.ends.seconds().div_ceil(60).saturating_sub(minute_of_writing),
            4,
        );
    });
    write_list(
        writer,
        &ledger.judged,
        most.judged,
        JUDGED_WIDTH,
        |writer, judged| {
            writer.put_bytes(&judged.instance);
            writer.put(u32::from(judged.number), 7);
            writer.put(u32::from(judged.wrong), 1);
        },
    );
    write_list(
        writer,
        &ledger.grants,
        most.grants,
        GRANTS_WIDTH,
        |writer, grant| {
            writer.put_bytes(&grant.tag);
            writer.put_bytes(&grant.client);
            writer.put(grant.at.seconds(), 32);
            writer.put_bytes(&grant.taken_by);
            writer.put(grant.taken_at.seconds(), 32);
        },
    );
}

fn write_list<T>(writer: &mut Writer, list: &[T], most: usize, width: u32, each: impl Fn(&mut Writer, &T)) {
    let kept = &list[..list.len().min(most)];
    writer.put(u32::try_from(kept.len()).unwrap_or_default(), width);
    kept.iter().for_each(|item| each(writer, item));
}

pub(super) fn read(payload: &[u8]) -> Option<Ledger> {
    let mut reader = Reader::new(payload);
    let reader = &mut reader;
    let number = reader.take(24)?;
    let written = Moment::from_bytes(reader.take(32)?.to_be_bytes());
    let event = EventNote {
        tag: reader.take_bytes()?,
        at: ago(written, reader.take(AGE_WIDTH)?, (1 << AGE_WIDTH) - 1, 1),
        repeats: byte(reader, 2)?,
        mailed: reader.take(1)? == 1,
    };
    let noticed_at = minutes_ago(written, reader)?;
    let notice_owed = reader.take(1)? == 1;
    let held_at = [minutes_ago(written, reader)?, minutes_ago(written, reader)?];
    let (open, placed) = (Counts::read(reader, written)?, Counts::read(reader, written)?);
    let devices = read_list(reader, DEVICES_WIDTH, |reader| {
        Some(Device {
            trusted: reader.take(1)? == 1,
            id: reader.take_bytes()?,
        })
    })?;
    let used = read_list(reader, USED_WIDTH, |reader| {
        Some(Used {
            nonce: reader.take_bytes()?,
            instance: reader.take_bytes()?,
            ends: minute(written).plus(60 * reader.take(4)?),
        })
    })?;
    let judged = read_list(reader, JUDGED_WIDTH, |reader| {
        Some(Judged {
            instance: reader.take_bytes()?,
            number: byte(reader, 7)?,
            wrong: reader.take(1)? == 1,
        })
    })?;
    let grants = read_list(reader, GRANTS_WIDTH, |reader| {
        Some(Grant {
            tag: reader.take_bytes()?,
            client: reader.take_bytes()?,
            at: Moment::from_bytes(reader.take_bytes()?),
            taken_by: reader.take_bytes()?,
            taken_at: Moment::from_bytes(reader.take_bytes()?),
        })
    })?;
    reader.is_at_end().then_some(Ledger {
        number,
        written,
        event,
        noticed_at,
        notice_owed,
        held_at,
        open,
        placed,
        devices,
        used,
        judged,
        grants,
    })
}

fn read_list<'a, T>(
    reader: &mut Reader<'a>,
    width: u32,
    each: impl Fn(&mut Reader<'a>) -> Option<T>,
) -> Option<Vec<T>> {
    let length = reader.take(width)?;
    (0..length).map(|_| each(reader)).collect()
}

fn byte(reader: &mut Reader<'_>, width: u32) -> Option<u8> {
    u8::try_from(reader.take(width)?).ok()
}

/// The start of its minute. Ages in minutes are counted between these, so that writing them again changes nothing.
fn minute(moment: Moment) -> Moment {
    moment.round_down(60)
}

fn minutes_since(written: Moment, earlier: Moment) -> u32 {
    minute(written).since(minute(earlier)) / 60
}

fn minutes_ago(written: Moment, reader: &mut Reader<'_>) -> Option<Moment> {
    Some(ago(minute(written), reader.take(MINUTES_WIDTH)?, LONG_AGO, 60))
}

fn ago(from: Moment, age: u32, long_ago: u32, unit_s: u32) -> Moment {
    if age == long_ago {
        Moment::START
    } else {
        from.before(age * unit_s)
    }
}
