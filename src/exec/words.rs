//! Texts about devices: notices that say where work runs, and errors.

crate::texts! {
    // What runs the work.
    THREADS = "{threads} {threads:thread|threads}";
    WORKERS = "{workers} {workers:worker|workers}";
    SOFTWARE_ADAPTER = "software adapter";
    WEBGPU_ADAPTER = "WebGPU adapter";
    // Notices.
    ON_CPU = "Running on the CPU: {reason}.";
    PART_ON_CPU = "A part ran on the CPU: {reason}.";
    REST_ON_CPU = "The GPU failed ({reason}). The rest runs on the CPU.";
    RESTARTED = "The GPU failed ({reason}). It was restarted and its work was repeated, so the numbers are the same as without the failure.";
    // Opening a GPU.
    NO_GPU_SUPPORT = "this build has no GPU support";
    NO_ADAPTER = "no GPU adapter was found";
    NO_ADAPTER_ANSWERED = "no GPU adapter answered within {seconds} {seconds:second|seconds}";
    ADAPTER_GONE = "the GPU adapter is no longer there";
    ONLY_SOFTWARE = "the only GPU adapter is emulated in software, which is slower than running on the CPU";
    NOT_OPENED = "{device} did not open within {seconds} {seconds:second|seconds}";
    CANNOT_OPEN = "{device} cannot be opened: {reason}";
    WRONG_NUMBERS = "{device} computes wrong numbers in the self-test";
    // A GPU at work.
    NO_SHADER = "the file of the kernel `{kernel}` could not be loaded: check the connection and try again";
    NEWER = "a newer version of the lab is out: reload the page";
    OUT_OF_MEMORY = "the GPU ran out of memory";
    REFUSED = "the GPU refused a command: {reason}";
    LOST = "the device was lost";
    LOST_BECAUSE = "the device was lost: {reason}";
    SILENT = "the device has not answered for {seconds} {seconds:second|seconds}";
    NEVER_FINISHED = "the GPU never finished a dispatch";
    NOT_READ_BACK = "the GPU's result could not be read back";
    NOT_ON_DEVICE = "the data of this run are not in the memory of this device";
    ONLY_CPU = "the kernel `{kernel}` has no version for GPUs";
    TOO_FEW = "the CPU is faster for {groups} {groups:run|runs} of the kernel `{kernel}`, and a GPU only from about {least} runs on";
    TOO_LARGE = "`{kernel}` needs a buffer of {needed} MiB, but {device} allows only {allowed} MiB";
    // The page's workers.
    NO_WORKERS = "the page has no workers: reload the page";
    WORKER_REFUSES = "a worker of the page no longer accepts work: reload the page";
    WORKER_FAILED = "a worker of the page failed and gave no reason";
    WORKER_FAILED_BECAUSE = "a worker of the page failed: {reason}";
    WORKER_GONE = "a worker of the page is gone: reload the page";
}
