//! Every call a screen can make, declared once.
