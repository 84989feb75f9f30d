// What a hosted page does while it is open.
