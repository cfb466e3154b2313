import type { PluginKind } from "../lib/runtimes/xla/location.ts";
import type { Wheel } from "./wheel.ts";

/** The wheels by kind and processor: those whose versions of PJRT's interface `layout.ts` knows. */
export const xlaWheels: Readonly<Record<Exclude<PluginKind, "own">, Readonly<Record<typeof Deno.build.arch, Wheel>>>> =
  {
    cpu: {
      x86_64: {
        name: "xla_cpu_pjrt-0.0.1-py3-none-manylinux_2_27_x86_64.whl",
        sha256: "55837b6b7b47daa717f2d9a5a03563ea0ceaa338d06a81a1e2d3f060d960decc",
      },
      aarch64: {
        name: "xla_cpu_pjrt-0.0.1-py3-none-manylinux_2_27_aarch64.whl",
        sha256: "8f613be6e891858f40d64f9799319502fff42689661944fc18a6ffd8210b30c9",
      },
    },
    cuda13: {
      x86_64: {
        name: "jax_cuda13_pjrt-0.11.2-py3-none-manylinux_2_27_x86_64.whl",
        sha256: "e5ff589d43064913bb74027682d89639c7ea48f9f81c2bae6fc75117e913f93e",
      },
      aarch64: {
        name: "jax_cuda13_pjrt-0.11.2-py3-none-manylinux_2_27_aarch64.whl",
        sha256: "63b55e50e5c2583a25e196ba06b034b63d2b2d8ad4c2f17935652c8d3ad2dd2d",
      },
    },
    cuda12: {
      x86_64: {
        name: "jax_cuda12_pjrt-0.11.2-py3-none-manylinux_2_27_x86_64.whl",
        sha256: "2133b3afc63307c016ae4980f166b2b3de199759363ead74f7d550eaae953463",
      },
      aarch64: {
        name: "jax_cuda12_pjrt-0.11.2-py3-none-manylinux_2_27_aarch64.whl",
        sha256: "f36247d40973b20acf3c69dac7c9c720daaa4096a809b3e8fd70292be617cdeb",
      },
    },
  };
