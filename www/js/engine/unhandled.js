/** For the end of a switch over a closed union: tsc fails if a type is not handled. @param {never} message @returns {Error} */
export const unhandled = (message) =>
  new Error(`nobody handles a message: ${/** @type {any} */ (message).type}`);
