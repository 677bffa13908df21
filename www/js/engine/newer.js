// Is there a newer version of the lab? The page asks when a file of its own is missing, and so does the worker of a GPU.

/** A query that makes an address new, so that no cache answers with the first response. */
export const again = () => `?retry=${Date.now()}`;

/** Does the lab at this address have another main script? @param {string} base @param {string} version the name of the main script */
export async function replaced(base, version) {
  const page = await fetch(new URL(`index.html${again()}`, base))
    .then((response) => (response.ok ? response.text() : ""))
    .catch(() => "");
  return /\bmain-\w+\.js/.test(page) && !page.includes(version);
}
