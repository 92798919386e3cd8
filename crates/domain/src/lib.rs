//! What stations, checklists, visits, photos and findings are, and the rules that move them.
