// The dashboard.
import "./live-poll.js";
import "./meaning.js";
