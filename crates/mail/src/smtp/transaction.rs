//! MAIL, RCPT, DATA, the message, its final dot.

use crate::address::Envelope;

use super::connection::{Accepted, Connection, Sent};
use super::message::dotted;
use crate::deadlines::{Clock, Deadlines};
use crate::error::{Phase, Problem, SendError, expect};

/// One mail over one connection.
struct Transaction<'a> {
    connection: &'a mut Connection,
    clock: &'a Clock,
    /// Whether both sides agree that the next thing said is a command.
    at_command: bool,
}

impl Connection {
    pub(super) async fn send_by(mut self, envelope: &Envelope, message: &[u8], clock: &Clock) -> Sent {
        let mut transaction = Transaction {
            connection: &mut self,
            clock,
            at_command: true,
        };
        let outcome = transaction.run(envelope, message).await;
        let sound = transaction.at_command && !self.wire.has_unread();
        self.used = true;
        Sent {
            outcome,
            connection: sound.then_some(self),
        }
    }

    /// As many exchanges as a mail takes, none of which sends anything: a mail to nobody should cost what a mail to
    /// somebody costs.
    pub async fn rehearse(mut self, deadlines: &Deadlines) -> Result<(), SendError> {
        let clock = deadlines.start();
        let exchanges = if self.extensions.pipelining { 2 } else { 4 };
        for _ in 0..exchanges {
            let reply = self.wire.command(Phase::Mail, "NOOP", &clock).await?;
            expect(reply, Phase::Mail, |code| code < 300)?;
        }
        self.quit(&clock).await;
        Ok(())
    }

    /// The MAIL command with the parameters that this message needs and the relay offers.
    fn mail_command(&self, envelope: &Envelope, message: &[u8]) -> Result<String, SendError> {
        let lacking = |what| Err(SendError::new(Phase::Mail, Problem::Lacking(what)));
        let mut command = format!("MAIL FROM:<{}>", envelope.from);
        if let Some(limit) = self.extensions.size {
            if limit.is_some_and(|limit| message.len() as u64 > limit) {
                return lacking("room for a message of this size");
            }
            command.push_str(&format!(" SIZE={}", message.len()));
        }
        if !message.is_ascii() {
            if !self.extensions.eight_bit {
                return lacking("8BITMIME, which this message needs");
            }
            command.push_str(" BODY=8BITMIME");
        }
        if envelope.from.needs_smtputf8() || envelope.to.needs_smtputf8() {
            if !self.extensions.smtputf8 {
                return lacking("SMTPUTF8, which this address needs");
            }
            command.push_str(" SMTPUTF8");
        }
        Ok(command)
    }
}

impl Transaction<'_> {
    async fn run(&mut self, envelope: &Envelope, message: &[u8]) -> Result<Accepted, SendError> {
        let mail = self.connection.mail_command(envelope, message)?;
        let mut commands = Vec::with_capacity(4);
        if self.connection.used {
            commands.push((Phase::Mail, "RSET".to_owned()));
        }
        commands.push((Phase::Mail, mail));
        commands.push((Phase::Recipient, format!("RCPT TO:<{}>", envelope.to)));
        commands.push((Phase::Data, "DATA".to_owned()));

        self.at_command = false;
        match self.connection.extensions.pipelining {
            true => self.say_at_once(&commands).await?,
            false => self.say_in_turn(&commands).await?,
        }
        self.say_message(message).await
    }

    /// One command, one reply, up to the first refusal.
    async fn say_in_turn(&mut self, commands: &[(Phase, String)]) -> Result<(), SendError> {
        for (phase, command) in commands {
            let reply = self.connection.wire.command(*phase, command, self.clock).await?;
            // After 421 the relay hangs up; after any other refusal it waits for a command.
            self.at_command = reply.code() != 421 && reply.code() != 354;
            expect(reply, *phase, |code| wanted(*phase, code))?;
            self.at_command = false;
        }
        Ok(())
    }

    /// All commands in one write, then their replies (RFC 2920). The first refusal is the one that counts.
    async fn say_at_once(&mut self, commands: &[(Phase, String)]) -> Result<(), SendError> {
        let first = commands.first().map_or(Phase::Mail, |(phase, _)| *phase);
        if self.connection.wire.has_unread() {
            return Err(SendError::new(
                first,
                Problem::Protocol("the relay spoke out of turn"),
            ));
        }
        let batch: String = commands
            .iter()
            .flat_map(|(_, command)| [command.as_str(), "\r\n"])
            .collect();
        self.clock
            .run(first, self.connection.wire.write(batch.as_bytes()))
            .await?;
        let mut refusal = None;
        let mut last = 0;
        for (phase, _) in commands {
            let reply = match self.clock.run(*phase, self.connection.wire.reply()).await {
                Ok(reply) => reply,
                Err(error) => return Err(refusal.unwrap_or(error)),
            };
            last = reply.code();
            if let Err(error) = expect(reply, *phase, |code| wanted(*phase, code)) {
                refusal.get_or_insert(error);
            }
        }
        match refusal {
            None => Ok(()),
            Some(error) => {
                // 354 behind a refusal: the relay waits for a message that has no recipient.
                self.at_command = last != 354 && last != 421;
                Err(error)
            }
        }
    }

    async fn say_message(&mut self, message: &[u8]) -> Result<Accepted, SendError> {
        let wire = &mut self.connection.wire;
        if wire.has_unread() {
            return Err(SendError::new(
                Phase::Data,
                Problem::Protocol("the relay spoke out of turn"),
            ));
        }
        // One buffer, one write: until it is through, the final dot is not out and the mail is not sent.
        self.clock.run(Phase::Data, wire.write(&dotted(message))).await?;
        let reply = self.clock.run(Phase::Accept, wire.reply()).await?;
        self.at_command = reply.code() != 421;
        Ok(Accepted {
            reply: expect(reply, Phase::Accept, |code| code < 300)?,
        })
    }
}

fn wanted(phase: Phase, code: u16) -> bool {
    match phase {
        Phase::Data => code == 354,
        _ => code < 300,
    }
}
