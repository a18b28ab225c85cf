/**
 * Beginnings of arguments of Megatron-LM and torchrun that say nothing of what one step costs here: optimisation and its schedule, data,
 * files, logging, kernels, numerics of routing. Names follow megatron/training/arguments.py.
 */
const SILENT: readonly string[] = [
  // what is learned and how fast
  'lr min-lr decoupled- weight-decay start-weight-decay end-weight-decay override-opt use-checkpoint-opt clip-grad',
  'adam- sgd- muon- optimizer init-method embedding-init-method seed data-parallel-random-init loss-scale',
  'initial-loss-scale min-loss-scale hysteresis hidden-dropout attention-dropout train- exit- eval- skip-train',
  'iterations-to-skip calculate-per-token-loss',
  // data and files
  'data-path data-args-path data-cache-path valid-data-path test-data-path mock-data split per-split vocab-file',
  'merge-file tokenizer- make-vocab-size-divisible-by num-workers dataloader-type reset- eod-mask-loss',
  'no-create-attention-mask no-mmap-bin-files num-dataset-builder-threads s3-cache-path save load no-save- no-load-',
  'finetune pretrained-checkpoint ckpt- dist-ckpt- auto-detect-ckpt use-dist-ckpt async-save',
  'use-persistent-ckpt-worker exit-on-missing-checkpoint non-persistent- no-initialization use-cpu-initialization',
  'perform-initialization no-position-embedding window-attn-skip-freq disable-symmetric-registration',
  // what is told about it
  'log- logging-level timing-log tensorboard- wandb- one-logger enable-one-logger no-one-logger profile',
  'use-pytorch-profiler record-memory-history nvtx-ranges report-theoretical-memory',
  // how it is started
  'distributed-backend distributed-timeout local-rank local_rank lazy-mpu-init node_rank node-rank master_addr',
  'master-addr master_port master-port rdzv max_restarts max-restarts standalone monitor_interval tee redirects',
  'role high-priority-stream-groups inprocess-restart enable-ft-package rerun-mode nccl- use-sharp',
  'sharp-enabled-group error-injection',
  // kernels and what they overlap, which is the chip's `execution` here
  'transformer-impl use-mcore-models use-legacy-models no-masked-softmax-fusion no-bias-gelu-fusion',
  'no-bias-swiglu-fusion no-bias-dropout-fusion no-rope-fusion no-gradient-accumulation-fusion use-rope-scaling',
  'rope- rotary- cross-entropy- attention-softmax-in-fp32 apply-query-key-layer-scaling no-persist-layer-norm',
  'norm-epsilon apply-layernorm-1p no-async-tensor-model-parallel-allreduce overlap- no-overlap- delay-grad-reduce',
  'delay-wgrad-compute align- no-align- tp-comm- disable-tp-comm- ddp- gradient-reduce-div-fusion',
  'no-scatter-gather-tensors-in-pipeline use-ring-exchange-p2p batch-p2p defer-embedding-wgrad-compute',
  'wgrad-deferral-limit manual-gc no-check-for-nan check-for- check-weight-hash te-rng-tracker',
  'inference-rng-tracker cuda-graph enable-cuda-graph external-cuda-graph deterministic-mode',
  'empty-unused-memory-level disable-straggler log-straggler enable-experimental accumulate-allreduce-grads-in-fp32',
  'no-grad-reduce-in-bf16 main-grads-dtype main-params-dtype use-precision-aware-optimizer symmetric-ar-type',
  // how tokens are routed; experts are balanced here
  'moe-router-load-balancing moe-router-score-function moe-router-pre-softmax moe-router-num-groups',
  'moe-router-group-topk moe-router-topk-scaling-factor moe-router-enable-expert-bias moe-router-bias-update-rate',
  'moe-router-dtype moe-router-fusion moe-router-force-load-balancing moe-router-padding moe-aux-loss-coeff',
  'moe-z-loss-coeff moe-input-jitter-eps moe-token-dispatcher-type moe-enable-deepep moe-flex-dispatcher',
  'moe-grouped-gemm moe-use-legacy-grouped-gemm moe-permute-fusion moe-per-layer-logging moe-shared-expert-overlap'
].flatMap((names) => names.split(' '))

/** Whether an argument says nothing of what a step costs here. @param name with its dashes */
export const isSilent = (name: string): boolean => SILENT.some((beginning) => name.startsWith(`--${beginning}`))
