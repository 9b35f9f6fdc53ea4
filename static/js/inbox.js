// The inbox.
import "./keys.js";
import "./list-nav.js";
import "./live-poll.js";
import "./suggest.js";
