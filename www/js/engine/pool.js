// Plain workers that compute chunks of work. An engine worker sends the chunks through a port.
import { cpu } from "lab:assets";
import { ended, pieces, send, spawn, told } from "./wasm.js";

/** @typedef {import("../types.d.ts").LabError} LabError */

export class Pool {
  /** @param {(error: LabError) => void} died */
  constructor(died) {
    this.died = died;
    /** @type {Worker[]} */
    this.workers = [];
  }
  /** Makes a port to each worker. The first call starts the workers. @param {WebAssembly.Module} module */
  async ports(module) {
    if (!this.workers.length) {
      const count = Math.max(1, Math.min((navigator.hardwareConcurrency || 2) - 1, 4));
      for (let i = 0; i < count; i++) {
        const worker = spawn(cpu.worker);
        worker.onmessage = (
          /** @type {{data: import("./messages.d.ts").FromWorker}} */ { data },
        ) => {
          // Results go through the ports; to the page, a worker of the pool reports only its own end.
          if (data.type === "panic") told(data.error).then((error) => this.died(error));
        };
        worker.onerror = (event) => void ended(event).then((error) => this.died(error));
        send(worker, { type: "init", module, pieces, engine: null });
        this.workers.push(worker);
      }
    }
    return this.workers.map((worker) => {
      const { port1, port2 } = new MessageChannel();
      send(worker, { type: "port", port: port2 }, [port2]);
      return port1;
    });
  }
  stop() {
    for (const worker of this.workers) worker.terminate();
    this.workers = [];
  }
}
