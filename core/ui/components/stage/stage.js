// The stage as each update brings it: without its script, which would be more than its data.

import { lent } from "../lending.js";

export default lent;
