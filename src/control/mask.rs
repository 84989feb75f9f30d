//! What may be shown of what has passed through: secrets from outside are masked wherever they stand.

use crate::engine::state::secrets_from_outside;
use crate::engine::world::World;
use crate::kit::secret::{Secret, masked};

/// Every secret of a sandbox that must not be shown, longest first, with what stands for it.
pub struct Mask {
    secrets: Vec<(String, String)>,
    show: bool,
}

impl Mask {
    /// For all that is shown of this sandbox.
    pub fn of(world: &World) -> Self {
        let show = world.start.show_secrets;
        let mut secrets: Vec<_> = secrets_from_outside(&world.core).map(|it| (it.to_owned(), masked(it))).collect();
        secrets.sort_by_key(|it| std::cmp::Reverse(it.0.len()));
        Self { secrets: if show { Vec::new() } else { secrets }, show }
    }

    /// A text without those secrets.
    pub fn text(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |it, (secret, mask)| if it.contains(secret) { it.replace(secret, mask) } else { it })
    }

    /// A secret as it may be shown.
    pub fn secret(&self, secret: &Secret) -> String {
        if self.show { secret.expose().to_owned() } else { secret.shown() }
    }
}
