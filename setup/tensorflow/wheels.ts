import type { Wheel } from "../wheel.ts";

/** The release of TensorFlow whose libraries are installed; a package of CUDA below is one that it allows. */
export const tensorflowVersion = "2.21.0";

/** The version of npm's `@tensorflow/tfjs-node`, as the import map has it. Its sources and those of `-gpu` are the same. */
export const bindingVersion = "4.22.0";

/** The wheels that make up a variant of TensorFlow on a platform. */
export interface TensorflowWheels {
  /** That with libtensorflow. */
  readonly tensorflow: Wheel;
  /** NVIDIA's libraries by the folder in which libtensorflow looks for them, `nvidia/<name>/lib`. */
  readonly nvidia: Readonly<Record<string, Wheel>>;
}

/** Without CUDA, by `<os>-<arch>` as Deno names them. What Python they are for is of no account to the libraries. */
const processor: Readonly<Record<string, Wheel>> = {
  "linux-x86_64": {
    name: "tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl",
    sha256: "dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb",
  },
  "linux-aarch64": {
    name: "tensorflow-2.21.0-cp312-cp312-manylinux_2_27_aarch64.whl",
    sha256: "b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552",
  },
  "darwin-aarch64": {
    name: "tensorflow-2.21.0-cp312-cp312-macosx_12_0_arm64.whl",
    sha256: "56ecd7d47429acbe1df2694d50b75bf9fc3995ac92cb367cd9af6c4780ead712",
  },
};

/** With CUDA 12.9; without `nvcc`, which only XLA needs. 3.3 GB in all. */
const graphics: Readonly<Record<string, TensorflowWheels>> = {
  "linux-x86_64": {
    tensorflow: {
      name: "tensorflow-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl",
      sha256: "b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0",
    },
    nvidia: {
      cublas: {
        name: "nvidia_cublas_cu12-12.9.1.4-py3-none-manylinux_2_27_x86_64.whl",
        sha256: "453611eb21a7c1f2c2156ed9f3a45b691deda0440ec550860290dc901af5b4c2",
      },
      cuda_cupti: {
        name: "nvidia_cuda_cupti_cu12-12.9.79-py3-none-manylinux_2_25_x86_64.whl",
        sha256: "096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f",
      },
      cuda_nvrtc: {
        name: "nvidia_cuda_nvrtc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl",
        sha256: "210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4",
      },
      cuda_runtime: {
        name: "nvidia_cuda_runtime_cu12-12.9.79-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
        sha256: "25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3",
      },
      cudnn: {
        name: "nvidia_cudnn_cu12-9.10.2.21-py3-none-manylinux_2_27_x86_64.whl",
        sha256: "949452be657fa16687d0930933f032835951ef0892b37d2d53824d1a84dc97a8",
      },
      cufft: {
        name: "nvidia_cufft_cu12-11.4.1.4-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
        sha256: "c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28",
      },
      curand: {
        name: "nvidia_curand_cu12-10.3.10.19-py3-none-manylinux_2_27_x86_64.whl",
        sha256: "49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e",
      },
      cusolver: {
        name: "nvidia_cusolver_cu12-11.7.5.82-py3-none-manylinux_2_27_x86_64.whl",
        sha256: "15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88",
      },
      cusparse: {
        name: "nvidia_cusparse_cu12-12.5.10.65-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
        sha256: "73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78",
      },
      nccl: {
        name: "nvidia_nccl_cu12-2.28.9-py3-none-manylinux_2_18_x86_64.whl",
        sha256: "485776daa8447da5da39681af455aa3b2c2586ddcf4af8772495e7c532c7e5ab",
      },
      nvjitlink: {
        name: "nvidia_nvjitlink_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl",
        sha256: "e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9",
      },
    },
  },
};

/**
 * The wheels of a variant for a platform.
 *
 * @param gpu with CUDA
 * @param platform `<os>-<arch>` as Deno names them
 * @throws {Error} where TensorFlow publishes none
 */
export function tensorflowWheels(gpu: boolean, platform = `${Deno.build.os}-${Deno.build.arch}`): TensorflowWheels {
  const tensorflow = processor[platform];
  const wheels = gpu ? graphics[platform] : tensorflow && { tensorflow, nvidia: {} };
  if (wheels === undefined) {
    const known = Object.keys(gpu ? graphics : processor).join(", ");
    throw new Error(
      `TensorFlow ${tensorflowVersion}${gpu ? " with CUDA" : ""} is published for ${known}; ` +
        `this is ${platform}: take the runtime onnx`,
    );
  }
  return wheels;
}
