/** For the end of a switch over a closed union: tsc fails if a type is not handled. @param {never} message @returns {Error} */
export const unhandled = (message) =>
  new Error(`unknown message type: ${/** @type {any} */ (message).type}`);
