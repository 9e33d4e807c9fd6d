/** lambda (x, y) = (beta x, y), beta^3 = 1 mod p (Gallant, Lambert, Vanstone, CRYPTO 2001). */
export const BETA: usize = memory.data<i64>([
  0x119501ee, 0x9cb6143, 0x1d626570, 0x92ea25, 0x34e99cf, 0x3cf561a, 0x1c41b991, 0x56caf80, 0x7ae96a,
])
