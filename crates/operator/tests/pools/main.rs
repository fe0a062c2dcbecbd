//! The commands against a real Poolhouse server, with stand-ins for the AWS services around it.

#[cfg(test)]
mod attach;
#[cfg(test)]
mod care;
#[cfg(test)]
mod console;
#[cfg(test)]
mod credentials;
#[cfg(test)]
mod detach;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod new_password;
#[cfg(test)]
mod people;
#[cfg(test)]
mod rollback;
#[cfg(test)]
mod stand_in;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod world;
